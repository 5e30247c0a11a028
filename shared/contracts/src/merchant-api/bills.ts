import { z } from 'zod';
import { toEndpoint } from './endpoint.ts';

/** A day in Beijing. */
export const billDate = z.iso.date();

const sum = z.strictObject({
  count: z.number().int(),
  /** In fen. */
  total: z.number().int(),
  /** The same in yuan, with two decimals: 18.80. */
  yuan: z.string(),
});

/** `expected` is the sum of all others but `not_ours`. */
const tally = z.strictObject({
  /** What is ours: by the bill, or where that lacks it by us. */
  expected: sum,
  /** A callback told of it. */
  received: sum,
  /** No callback had, when a query (查单) did. */
  healed_by_query: sum,
  /** No callback and no query had, when the bill did. */
  healed_by_bill: sum,
  /** It is here; how it came is not on record, or not any more. */
  known: sum,
  /** In the bill and not here: on its way, or a case for a person. */
  open: sum,
  /** In the bill and ours by the merchant's rule, but nobody registered the order. */
  unregistered: sum,
  /** Here and in the bill, with different amounts; by the bill. */
  differing: sum,
  /** Here, and not in the bill. */
  lacking: sum,
  /** Of other tills and systems by the merchant's rule: counted, not touched. */
  not_ours: sum,
});

/** What is known of a day's bill (对账). */
export const billProofResource = z.strictObject({
  mchid: z.string(),
  bill_date: z.string(),
  /**
   * `waiting` for its time, `running`, `done`; `none`: WeChat Pay has no bill of that day; `failed`: it could not be checked, and is
   * not tried again by itself.
   */
  state: z.enum(['waiting', 'running', 'done', 'none', 'failed']),
  /** When it is checked, or checked again because something is open. */
  due_at: z.string().datetime().optional(),
  requested_at: z.string().datetime().optional(),
  started_at: z.string().datetime().optional(),
  /** Of `proof`. */
  checked_at: z.string().datetime().optional(),
  /** Why the last check failed. */
  error_code: z.string().optional(),
  /** Absent until the bill was checked for the first time. */
  proof: z
    .strictObject({
      /** Lines of the bill, whoever's they are. */
      rows: z.number().int(),
      payments: tally,
      refunds: tally,
      /** Lines that are neither, such as reversals (撤销) at tills. */
      others: z.number().int(),
    })
    .optional(),
});
export type BillProofResource = z.infer<typeof billProofResource>;

const billPath = z.strictObject({ bill_date: billDate });

export const billEndpoints = {
  readBillProof: toEndpoint({
    method: 'GET',
    path: '/v1/bills/{bill_date}',
    auth: ['api_key'],
    summary: "What the day's bill (交易账单) proves: what was expected, received, healed, and is open.",
    params: billPath,
    unknownPath: 'BILL_NOT_CHECKED',
    answers: { 200: billProofResource },
    problems: ['BILL_NOT_CHECKED'],
  }),
  checkBill: toEndpoint({
    method: 'POST',
    path: '/v1/bills/{bill_date}/check',
    auth: ['api_key'],
    summary: 'Asks for a check of the bill of a day, or for another one; it begins within a minute.',
    params: billPath,
    answers: { 202: billProofResource },
    problems: ['BILL_DATE_NOT_POSSIBLE', 'BILL_NOT_READY'],
  }),
} as const;
