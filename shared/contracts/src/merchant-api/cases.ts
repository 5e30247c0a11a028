import { z } from 'zod';
import { plainText } from '../text.ts';
import { decidedCase } from './case-example.ts';
import { caseDecision, caseId, caseKind, caseResource } from './case-resource.ts';
import { toEndpoint } from './endpoint.ts';
import { listQuery, nextCursor } from './list-query.ts';
import { orderResource } from './order-resource.ts';

export const listCasesQuery = z.strictObject({
  kind: caseKind.optional(),
  held: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .meta({
      type: 'boolean',
      description: '`true`: only those that somebody wants left as they are; `false`: only the others.',
    })
    .optional(),
  state: z
    .enum(['open', 'under_way'])
    .optional()
    .describe(
      '`open`, the default: those that wait, held ones among them. `under_way`: those that somebody decided, and whose outcome is not recorded yet.',
    ),
  ...listQuery,
});

export const listCasesResponse = z
  .strictObject({
    cases: z.array(caseResource).describe('What went wrong last comes first.'),
    next_cursor: nextCursor,
  })
  .meta({ id: 'CaseList', description: 'A page of cases.' });
export type ListCasesResponse = z.infer<typeof listCasesResponse>;

export const readCaseResponse = z
  .strictObject({
    case: caseResource,
    order: orderResource
      .optional()
      .describe('As it is now; absent where the merchant has none of this number.'),
    may_decide: z.array(caseDecision).meta({
      description: 'What can be decided now.',
      examples: [['deliver', 'refund', 'hold', 'discard']],
    }),
  })
  .meta({ id: 'CaseWithOrder', description: 'A case, its order, and what may be decided.' });
export type ReadCaseResponse = z.infer<typeof readCaseResponse>;

/** Body of `POST /v1/cases/{case_id}/decision`. */
export const decideCaseRequest = z
  .strictObject({
    decision: caseDecision,
    note: plainText(500).meta({
      description: "Why; kept with the case and in the order's time line.",
      examples: ['Price changed while the buyer paid; asked the buyer.'],
    }),
    decided_by: plainText(100).meta({
      description: 'Who decided.',
      examples: ['support-3'],
    }),
  })
  .meta({ id: 'DecideCaseRequest', description: 'What a person decided.' });
export type DecideCaseRequest = z.infer<typeof decideCaseRequest>;

const casePath = z.strictObject({ case_id: caseId });
const unknownPath = 'CASE_NOT_FOUND';

export const caseEndpoints = {
  listCases: toEndpoint({
    method: 'GET',
    path: '/v1/cases',
    auth: ['api_key'],
    summary: 'The worklist of what went wrong (掉单)',
    description: 'Payments and refunds that wait for a person, by pages; what went wrong last comes first.',
    query: listCasesQuery,
    answers: { 200: listCasesResponse },
    problems: [],
  }),
  readCase: toEndpoint({
    method: 'GET',
    path: '/v1/cases/{case_id}',
    auth: ['api_key'],
    summary: 'A case with its order',
    description: 'What was paid, what the order wanted, and what may be decided now.',
    params: casePath,
    unknownPath,
    answers: { 200: readCaseResponse },
    problems: ['CASE_NOT_FOUND'],
  }),
  decideCase: toEndpoint({
    method: 'POST',
    path: '/v1/cases/{case_id}/decision',
    auth: ['api_key'],
    summary: 'Decides a case',
    description:
      'Once: of several who decide at the same moment one is heard, and the others are told CASE_DECIDED. What was decided is done even if the service ends at that moment. The same decision may be repeated.',
    params: casePath,
    unknownPath,
    body: decideCaseRequest,
    answers: { 200: readCaseResponse },
    answerExamples: { 200: decidedCase },
    problems: ['CASE_NOT_FOUND', 'CASE_DECIDED', 'CASE_DECISION_NOT_POSSIBLE'],
  }),
} as const;
