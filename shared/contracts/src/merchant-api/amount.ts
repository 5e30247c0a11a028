import { z } from 'zod';
import { amountFen } from '../ids.ts';

const currency = 'WeChat Pay takes CNY alone here.';

/** What an order costs, as a request says it. */
export const amount = z
  .strictObject({
    total: amountFen.meta({ description: 'In fen (分), at least 1.', examples: [8800] }),
    currency: z.literal('CNY').default('CNY').describe(currency),
  })
  .meta({ id: 'OrderAmount', description: 'What an order costs (订单金额).' });

/** The same as answers give it. */
export const toldAmount = z
  .strictObject({
    total: z
      .number()
      .int()
      .meta({ description: 'In fen (分).', examples: [8800] }),
    currency: z.string().meta({ description: 'ISO 4217.', examples: ['CNY'] }),
  })
  .meta({ id: 'Amount', description: 'An amount in fen (分).' });

/** What a refund shall give back, as a request says it. */
export const refundAmount = z
  .strictObject({
    refund: amountFen.meta({
      description: 'In fen (分): a part of the payment, or all of it.',
      examples: [3000],
    }),
    currency: z.literal('CNY').default('CNY').describe(currency),
  })
  .meta({ id: 'WantedRefundAmount', description: 'What is given back.' });

/** The same of a refund that WeChat Pay told of. */
export const toldRefundAmount = z
  .strictObject({
    refund: z
      .number()
      .int()
      .meta({ description: 'In fen (分).', examples: [3000] }),
  })
  .meta({ id: 'RefundedAmount', description: 'What the buyer gets back.' });
