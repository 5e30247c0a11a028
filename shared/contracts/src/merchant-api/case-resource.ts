import { z } from 'zod';
import { outRefundNo, refundId } from '../events/refund-events.ts';
import { appId, outTradeNo, transactionId } from '../ids.ts';
import { toldAmount, toldRefundAmount } from './amount.ts';
import { openCase } from './case-example.ts';
import { instant, told, wechatTime } from './told.ts';

export const caseKinds = [
  'amount_differs',
  'ids_differ',
  'paid_twice',
  'paid_late',
  'refund_seen',
  'unknown_order',
  'refund_differs',
  'refund_not_confirmed',
  'refund_of_unknown_order',
  'refund_short_of_money',
  'refund_not_final',
  'refund_refused',
  'bill_differs',
] as const;
export type CaseKind = (typeof caseKinds)[number];

export const caseKind = z.enum(caseKinds).meta({
  id: 'CaseKind',
  description:
    "What went wrong. `amount_differs`: another amount was paid than the order's. `ids_differ`: the payment is of another app or merchant. `paid_twice`: the order has another payment. `paid_late`: it was closed before, and nothing gives the payment back: either WeChat Pay closed or refused its refund, or how much is left is not known. `refund_seen`: a refund came before the delivery. `unknown_order`: nobody registered the order. `refund_differs`: a refund does not agree with the order. `refund_not_confirmed`: WeChat Pay, when asked, knows of no such refund. `refund_of_unknown_order`: nobody registered the order of a refund. `refund_short_of_money`: the merchant's account has not held enough for it for two days. `refund_not_final`: WeChat Pay accepted it, and has not finished it in ten days. `refund_refused`: WeChat Pay refused it for good, or has another refund under its number. `bill_differs`: the day's bill has it with another amount.",
  examples: ['amount_differs'],
});

export const caseDecisions = ['deliver', 'refund', 'retry', 'hold', 'discard'] as const;
export type CaseDecision = (typeof caseDecisions)[number];

export const caseDecision = z.enum(caseDecisions).meta({
  id: 'CaseDecision',
  description:
    'What a person may decide. `deliver`: the payment counts nevertheless: what was paid is accepted, a closed order is paid, a hold ends. `refund`: what is left of this payment is given back. `retry`: it is tried again, once its cause is mended. `hold`: it is left as it is for now, with a note. `discard`: nothing is done about it, for good; a refund that waits for money is given up.',
  examples: ['refund'],
});

export const caseStates = ['open', 'held', 'under_way', 'resolved', 'discarded'] as const;

const caseState = z.enum(caseStates).meta({
  id: 'CaseState',
  description:
    '`open`: it waits for a decision. `held`: a person left it as it is for now. `under_way`: decided, and what follows is not recorded yet. `resolved`: what was decided is done. `discarded`: nothing is done about it.',
  examples: ['open'],
});

const caseAction = z
  .strictObject({
    at: instant('When.'),
    action: z
      .enum(['decided', 'replayed', 'reopened', 'discarded'])
      .describe(
        "`decided`: by this API. `replayed`, `reopened`, `discarded`: by the operator's tool for dead letters.",
      ),
    decision: z.string().optional().describe('What was decided.'),
    by: z.string().optional().describe('By whom.'),
    note: z.string().optional().describe('Why.'),
  })
  .meta({ id: 'CaseAction', description: 'What a person did about a case.' });

const casePayment = z
  .strictObject({
    transaction_id: told(transactionId),
    appid: told(appId),
    amount: toldAmount,
    success_time: wechatTime('When it was paid.').optional(),
  })
  .meta({ id: 'CasePayment', description: 'The payment, as WeChat Pay told of it.' });

const caseRefund = z
  .strictObject({
    refund_id: told(refundId)
      .optional()
      .describe('Absent of one that was asked for here; read the refund for it.'),
    out_refund_no: told(outRefundNo),
    amount: toldRefundAmount,
  })
  .meta({
    id: 'CaseRefund',
    description: 'The refund, as WeChat Pay told of it, or as it was asked for here.',
  });

const caseBilled = z
  .strictObject({
    bill_date: z.string().meta({ description: 'The day of the bill.', examples: ['2027-01-05'] }),
    amount: z
      .number()
      .int()
      .meta({ description: 'What it says, in fen (分).', examples: [8000] }),
  })
  .meta({ id: 'CaseBilled', description: "What the day's bill (对账单) says of it." });

export const caseId = z
  .string()
  .regex(/^[0-9A-Za-z_.|*-]{1,300}$/)
  .meta({
    description: 'Names the case.',
    examples: ['apply-payment_1900000001_4200000000202701050000000001_SUCCESS'],
  });

export const caseResource = z
  .strictObject({
    case_id: told(caseId),
    kind: caseKind,
    state: caseState,
    code: z.string().meta({
      description: 'Error code; the documentation says what to do about it.',
      examples: ['ORDER_AMOUNT_DIFFERS'],
    }),
    out_trade_no: told(outTradeNo).optional(),
    payment: casePayment.optional(),
    refund: caseRefund.optional(),
    expected: toldAmount.optional().describe('What the order wanted, when this went wrong.'),
    billed: caseBilled.optional(),
    first_seen_at: instant('When it went wrong for the first time.'),
    last_seen_at: instant('When it went wrong last.'),
    times: z
      .number()
      .int()
      .meta({ description: 'How often it went wrong.', examples: [1] }),
    history: z.array(caseAction).describe('What people did, oldest first.'),
  })
  .meta({
    id: 'Case',
    description: 'A payment or a refund that went wrong (掉单), and waits for a person.',
    examples: [openCase],
  });
export type CaseResource = z.infer<typeof caseResource>;
