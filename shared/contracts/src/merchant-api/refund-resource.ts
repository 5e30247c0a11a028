import { z } from 'zod';
import { outRefundNo, refundId } from '../events/refund-events.ts';
import { outTradeNo, transactionId } from '../ids.ts';
import { toldAmount, toldRefundAmount } from './amount.ts';
import { instant, told, wechatTime } from './told.ts';

export const refundStates = [
  'requested',
  'submitting',
  'processing',
  'insufficient_funds',
  'abnormal',
  'succeeded',
  'closed',
  'refused',
] as const;
export type RefundState = (typeof refundStates)[number];

const refundState = z.enum(refundStates).meta({
  id: 'RefundState',
  description:
    'How far it has come. `requested`: it waits for its turn; WeChat Pay does not know it. `submitting`: WeChat Pay is being asked, or was and we did not learn its answer: it is queried before anything else. `processing`: WeChat Pay accepted it. `insufficient_funds`: WeChat Pay did not accept it for want of money; it is tried again under the same number. `abnormal`: the money could not be returned to where it came from; it may still become `succeeded`. `succeeded`, `closed`, `refused`: final; of the latter two the money is free to be refunded under another number.',
  examples: ['processing'],
});

/** What a refund waits for. */
export const refundWaits = ['turn', 'answer', 'wechat', 'money', 'person'] as const;

/** The number of a refund of all of a payment, where nobody chose another: the same whoever asks, and however often. */
export function toFullRefundNo(transactionId: string): string {
  return `full_${transactionId}`;
}

const paidFen = z
  .number()
  .int()
  .meta({ description: 'What was paid, in fen (分).', examples: [8800] });

/** A refund: one that was asked for here, or one that was made elsewhere and that WeChat Pay told of. */
export const refundResource = z
  .strictObject({
    out_trade_no: told(outTradeNo),
    out_refund_no: told(outRefundNo),
    transaction_id: told(transactionId).optional().describe('The payment that it gives back.'),
    refund_id: told(refundId).optional(),
    amount: z
      .strictObject({ ...toldRefundAmount.shape, total: paidFen, currency: toldAmount.shape.currency })
      .meta({ id: 'RefundAmount', description: 'What is given back of what was paid.' }),
    reason: z
      .string()
      .optional()
      .meta({ description: 'Told to the buyer.', examples: ['缺货'] }),
    state: refundState,
    status: z
      .enum(['PROCESSING', 'SUCCESS', 'ABNORMAL', 'CLOSED'])
      .optional()
      .meta({
        description:
          "WeChat's own word for it, as far as it is known: PROCESSING, SUCCESS, ABNORMAL (not final) or CLOSED.",
        examples: ['PROCESSING'],
      }),
    success_time: wechatTime('When the money was returned.').optional(),
    error_code: z
      .string()
      .optional()
      .describe("Why it is `insufficient_funds` or `refused`: WeChat's code, or ours."),
    attempts: z
      .number()
      .int()
      .meta({ description: 'How often WeChat Pay was asked to make it.', examples: [1] }),
    waits_for: z
      .enum(refundWaits)
      .optional()
      .meta({
        description:
          'What it waits for: its `turn`, an `answer` of WeChat Pay, its end at WeChat Pay (`wechat`), `money` in the account, or a `person`. Absent once nothing more is done about it.',
        examples: ['wechat'],
      }),
    next_at: instant('When something is done about it by itself at the latest.').optional(),
    requested_by: z.string().meta({
      description:
        "`api`, `case`, `late_payment`; `elsewhere`: in the merchant platform's console, or by another system.",
      examples: ['api'],
    }),
    requested_at: instant('When it was asked for here.').optional(),
    state_at: instant('Since when it is in this state.'),
  })
  .meta({
    id: 'Refund',
    description: 'A refund: one that was asked for here, or one made elsewhere that WeChat Pay told of.',
    examples: [
      {
        out_trade_no: 'tea-20270105-0001',
        out_refund_no: 'refund-20270106-0001',
        transaction_id: '4200000000202701050000000001',
        refund_id: '50300000002027010600000000001',
        amount: { refund: 3000, total: 8800, currency: 'CNY' },
        reason: '缺货',
        state: 'processing',
        status: 'PROCESSING',
        attempts: 1,
        waits_for: 'wechat',
        next_at: '2027-01-06T03:01:02.000Z',
        requested_by: 'api',
        requested_at: '2027-01-06T03:00:00.000Z',
        state_at: '2027-01-06T03:00:02.000Z',
      },
    ],
  });
export type RefundResource = z.infer<typeof refundResource>;
