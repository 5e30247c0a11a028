import { z } from 'zod';
import { toEndpoint } from './endpoint.ts';
import { listQuery, orderResource } from './orders.ts';

/** What went wrong with a payment or a refund. */
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
] as const;
export type CaseKind = (typeof caseKinds)[number];

/**
 * What a person may decide.
 *
 * - `deliver`: the payment counts nevertheless: what was paid is accepted, a closed order is paid, a hold ends.
 * - `refund`: what is left of this payment is given back.
 * - `retry`: it is tried again, once its cause is mended.
 * - `hold`: it is left as it is for now, with a note.
 * - `discard`: nothing is done about it, for good.
 */
export const caseDecisions = ['deliver', 'refund', 'retry', 'hold', 'discard'] as const;
export type CaseDecision = (typeof caseDecisions)[number];

/** `under_way`: decided, and what follows is not recorded yet. */
export const caseStates = ['open', 'held', 'under_way', 'resolved', 'discarded'] as const;

const caseAction = z.strictObject({
  at: z.string().datetime(),
  action: z.enum(['decided', 'replayed', 'reopened', 'discarded']),
  decision: z.string().optional(),
  by: z.string().optional(),
  note: z.string().optional(),
});

/** A payment or a refund that went wrong (掉单), and waits for a person. */
export const caseResource = z.strictObject({
  case_id: z.string(),
  kind: z.enum(caseKinds),
  state: z.enum(caseStates),
  /** Error code; the documentation says what to do about it. */
  code: z.string(),
  out_trade_no: z.string().optional(),
  /** What WeChat Pay told. Amounts in fen. */
  payment: z
    .strictObject({
      transaction_id: z.string(),
      appid: z.string(),
      amount: z.strictObject({ total: z.number().int(), currency: z.string() }),
      success_time: z.string().optional(),
    })
    .optional(),
  refund: z
    .strictObject({
      refund_id: z.string(),
      out_refund_no: z.string(),
      amount: z.strictObject({ refund: z.number().int() }),
    })
    .optional(),
  /** What the order wanted, when this went wrong. */
  expected: z.strictObject({ total: z.number().int(), currency: z.string() }).optional(),
  first_seen_at: z.string().datetime(),
  last_seen_at: z.string().datetime(),
  /** How often it went wrong. */
  times: z.number().int(),
  /** What people did, oldest first. */
  history: z.array(caseAction),
});
export type CaseResource = z.infer<typeof caseResource>;

export const listCasesQuery = z.strictObject({
  kind: z.enum(caseKinds).optional(),
  /** `true`: only those that somebody wants left as they are; `false`: only the others. */
  held: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  /** `under_way`: those that somebody decided, and whose outcome is not recorded yet. Default `open`. */
  state: z.enum(['open', 'under_way']).optional(),
  ...listQuery,
});

export const listCasesResponse = z.strictObject({
  /** What went wrong last first. */
  cases: z.array(caseResource),
  next_cursor: z.string().optional(),
});
export type ListCasesResponse = z.infer<typeof listCasesResponse>;

export const readCaseResponse = z.strictObject({
  case: caseResource,
  /** As it is now; absent where the merchant has none of this number. */
  order: orderResource.optional(),
  /** What can be decided now. */
  may_decide: z.array(z.enum(caseDecisions)),
});
export type ReadCaseResponse = z.infer<typeof readCaseResponse>;

const auditText = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must hold no control characters and no half characters');

/** Body of `POST /v1/cases/{case_id}/decision`. */
export const decideCaseRequest = z.strictObject({
  decision: z.enum(caseDecisions),
  /** Why; kept with the case and in the order's time line. */
  note: auditText(500),
  /** Who decided. */
  decided_by: auditText(100),
});
export type DecideCaseRequest = z.infer<typeof decideCaseRequest>;

const casePath = z.strictObject({ case_id: z.string().regex(/^[0-9A-Za-z_.|*-]{1,300}$/) });
const unknownPath = 'CASE_NOT_FOUND';

export const caseEndpoints = {
  listCases: toEndpoint({
    method: 'GET',
    path: '/v1/cases',
    auth: ['api_key'],
    summary: 'The worklist of payments and refunds that went wrong (掉单) and wait for a person.',
    query: listCasesQuery,
    answers: { 200: listCasesResponse },
    problems: [],
  }),
  readCase: toEndpoint({
    method: 'GET',
    path: '/v1/cases/{case_id}',
    auth: ['api_key'],
    summary: 'A case with its order, both figures, and what may be decided.',
    params: casePath,
    unknownPath,
    answers: { 200: readCaseResponse },
    problems: ['CASE_NOT_FOUND'],
  }),
  decideCase: toEndpoint({
    method: 'POST',
    path: '/v1/cases/{case_id}/decision',
    auth: ['api_key'],
    summary:
      'Decides a case, once: of several who decide at the same moment one is heard. The same may be repeated.',
    params: casePath,
    unknownPath,
    body: decideCaseRequest,
    answers: { 200: readCaseResponse },
    problems: [
      'CASE_NOT_FOUND',
      'CASE_DECIDED',
      'CASE_DECISION_NOT_POSSIBLE',
      'QUEUE_UNAVAILABLE',
      'QUEUE_NOT_DURABLE',
    ],
  }),
} as const;
