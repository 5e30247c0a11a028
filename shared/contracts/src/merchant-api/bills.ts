import { z } from 'zod';
import { mchId } from '../ids.ts';
import { toEndpoint } from './endpoint.ts';
import { instant, told } from './told.ts';

export const billDate = z.iso.date().meta({
  description: 'A day in Beijing: yesterday at the latest, at most 90 days ago.',
  examples: ['2027-01-05'],
});

const sum = z
  .strictObject({
    count: z
      .number()
      .int()
      .meta({ description: 'How many.', examples: [1] }),
    total: z
      .number()
      .int()
      .meta({ description: 'In fen (分).', examples: [8800] }),
    yuan: z.string().meta({ description: 'The same in yuan, with two decimals.', examples: ['88.00'] }),
  })
  .meta({ id: 'BillSum', description: 'Lines of a bill, counted and added up.' });

/** An example in which everything came by callbacks. */
function tallyOf(count: number, total: number) {
  const none = { count: 0, total: 0, yuan: '0.00' };
  const all = { count, total, yuan: (total / 100).toFixed(2) };
  const others = { healed_by_query: none, healed_by_bill: none, known: none, open: none, unregistered: none };
  return { expected: all, received: all, ...others, differing: none, lacking: none, not_ours: none };
}

const tally = z
  .strictObject({
    expected: sum.describe(
      'What is ours: by the bill, or where that lacks it by us. The sum of all others but `not_ours`.',
    ),
    received: sum.describe('A callback told of it.'),
    healed_by_query: sum.describe('No callback had, when a query (查单) did.'),
    healed_by_bill: sum.describe('No callback and no query had, when the bill did.'),
    known: sum.describe('It is here; how it came is not on record, or not any more.'),
    open: sum.describe('In the bill and not here: on its way, or a case for a person.'),
    unregistered: sum.describe(
      "In the bill and ours by the merchant's rule, but nobody registered the order.",
    ),
    differing: sum.describe('Here and in the bill, with different amounts; by the bill.'),
    lacking: sum.describe('Here, and not in the bill.'),
    not_ours: sum.describe("Of other tills and systems by the merchant's rule: counted, not touched."),
  })
  .meta({
    id: 'BillTally',
    description: 'What became of the lines of a bill.',
    examples: [tallyOf(1, 8800)],
  });

const proof = z
  .strictObject({
    rows: z
      .number()
      .int()
      .meta({ description: "Lines of the bill, whoever's they are.", examples: [1] }),
    payments: tally.describe('Of the payments.'),
    refunds: tally.describe('Of the refunds.'),
    others: z
      .number()
      .int()
      .meta({
        description: 'Lines that are neither, such as reversals (撤销) at tills, or that could not be read.',
        examples: [0],
      }),
  })
  .meta({ id: 'BillProof', description: 'What a bill proves.' });

const billState = z.enum(['waiting', 'running', 'done', 'none', 'failed']).meta({
  id: 'BillState',
  description:
    '`waiting` for its time, `running`, `done`; `none`: WeChat Pay has no bill of that day; `failed`: it could not be checked, and is not tried again by itself.',
  examples: ['done'],
});

export const billProofResource = z
  .strictObject({
    mchid: told(mchId),
    bill_date: told(billDate),
    state: billState,
    due_at: instant('When it is checked, or checked again because something is open.').optional(),
    requested_at: instant('When a check was asked for.').optional(),
    started_at: instant('When the last check began.').optional(),
    checked_at: instant('When `proof` was made.').optional(),
    error_code: z.string().optional().describe('Why the last check failed.'),
    proof: proof.optional().describe('Absent until the bill was checked for the first time.'),
  })
  .meta({
    id: 'Bill',
    description: "What is known of a day's bill (对账).",
    examples: [
      {
        mchid: '1900000001',
        bill_date: '2027-01-05',
        state: 'done',
        started_at: '2027-01-06T02:00:00.000Z',
        checked_at: '2027-01-06T02:00:01.500Z',
        proof: { rows: 1, payments: tallyOf(1, 8800), refunds: tallyOf(0, 0), others: 0 },
      },
    ],
  });
export type BillProofResource = z.infer<typeof billProofResource>;

const waitingBill = {
  mchid: '1900000001',
  bill_date: '2027-01-05',
  state: 'waiting',
  due_at: '2027-01-07T03:00:00.000Z',
  requested_at: '2027-01-07T03:00:00.000Z',
};

const billPath = z.strictObject({ bill_date: billDate });

export const billEndpoints = {
  readBillProof: toEndpoint({
    method: 'GET',
    path: '/v1/bills/{bill_date}',
    auth: ['api_key'],
    summary: "What the day's bill (交易账单) proves",
    description:
      'What was expected, received by callbacks, healed by queries and by the bill, and is open, in count, fen and yuan.',
    params: billPath,
    unknownPath: 'BILL_NOT_CHECKED',
    answers: { 200: billProofResource },
    problems: ['BILL_NOT_CHECKED'],
  }),
  checkBill: toEndpoint({
    method: 'POST',
    path: '/v1/bills/{bill_date}/check',
    auth: ['api_key'],
    summary: 'Asks for a check of the bill of a day',
    description: 'Or for another one. It begins within a minute; each day is also checked by itself.',
    params: billPath,
    answers: { 202: billProofResource },
    answerExamples: { 202: waitingBill },
    problems: ['BILL_DATE_NOT_POSSIBLE', 'BILL_NOT_READY'],
  }),
} as const;
