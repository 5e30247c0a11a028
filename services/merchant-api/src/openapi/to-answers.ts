import {
  commonProblems,
  type Endpoint,
  noBody,
  type ProblemCode,
  problemStatuses,
  usualLargestBodyBytes,
} from '@huidiao/contracts';
import { errorCatalogue } from '@huidiao/errors';
import { toExample } from './to-example.ts';
import { type Components, type Json, resolve, toSchema } from './to-schema.ts';

/** Headers of answers, which the answers of operations refer to; required are those that every such answer has. */
export const answerHeaders = {
  RequestId: {
    required: true,
    description: 'Names the request in the log; a problem document has it too.',
    schema: { type: 'string', examples: ['0b6c2c4e-5f0e-4a53-9f0c-8a6f5a0b7d11'] },
  },
  Location: {
    required: true,
    description: 'Where what was made can be read.',
    schema: { type: 'string', examples: ['/v1/orders/tea-20270105-0001'] },
  },
  WwwAuthenticate: {
    required: true,
    description: 'The scheme that is wanted (RFC 6750).',
    schema: { type: 'string', examples: ['Bearer'] },
  },
  RetryAfter: {
    required: true,
    description: 'After so many seconds the same request may be repeated.',
    schema: { type: 'integer', minimum: 1, examples: [2] },
  },
} as const;

const requestId = { 'x-request-id': { $ref: '#/components/headers/RequestId' } };
const location = { location: { $ref: '#/components/headers/Location' } };
const challenge = { 'www-authenticate': { $ref: '#/components/headers/WwwAuthenticate' } };
const retryAfter = { 'retry-after': { $ref: '#/components/headers/RetryAfter' } };
const retryAfterOfSome = { 'retry-after': { ...answerHeaders.RetryAfter, required: false } };

/** All answers of an operation by their status: the good ones, then one for the problems of each status. */
export function toAnswers(endpoint: Endpoint, schemas: Components): Record<string, Json> {
  const good = Object.entries(endpoint.answers).map(([status, body]) => {
    const schema = toSchema(body, 'output', schemas);
    const isEmpty = body === noBody;
    const meaning = isEmpty ? 'There is no body.' : String(resolve(schema, schemas).description);
    const description = `${toStatusText(Number(status), endpoint)} ${meaning}`;
    const example = isEmpty
      ? undefined
      : (endpoint.answerExamples?.[Number(status)] ?? toExample(schema, schemas));
    const content = isEmpty ? {} : { content: { 'application/json': { schema, example } } };
    const isLocated = endpoint.location === true && status === '201';
    const headers = isLocated ? { ...requestId, ...location } : requestId;
    return [status, { description, headers, ...content }];
  });
  return { ...Object.fromEntries(good), ...toProblems(endpoint) };
}

function toStatusText(status: number, { answers }: Endpoint): string {
  if (status === 201) return 'Made by this request.';
  if (status === 202) return 'It will be done.';
  return 201 in answers ? 'The same request came before, and nothing was done again.' : 'Done.';
}

/** One answer for each status, which names the codes that come with it. */
function toProblems(endpoint: Endpoint): Record<string, Json> {
  const codesByStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set([...endpoint.problems, ...toCommon(endpoint)])) {
    const status = problemStatuses[code];
    codesByStatus.set(status, [...(codesByStatus.get(status) ?? []), code]);
  }
  const problems = [...codesByStatus].sort(([one], [other]) => one - other);
  return Object.fromEntries(
    problems.map(([status, codes]) => [String(status), toProblem(status, codes, endpoint)]),
  );
}

/** What this operation cannot answer is not said of it. */
function toCommon(endpoint: Endpoint): ProblemCode[] {
  const isOpen = endpoint.auth.includes('nobody');
  return commonProblems.filter((code) => {
    if (code === 'REQUEST_TOO_LARGE' || code === 'REQUEST_MEDIA_TYPE') return endpoint.body !== undefined;
    if (code === 'REQUEST_UNAUTHENTICATED') return !isOpen;
    return code !== 'ROUTE_NOT_FOUND';
  });
}

function toProblem(status: number, codes: readonly ProblemCode[], endpoint: Endpoint): Json {
  const schema = {
    allOf: [
      { $ref: '#/components/schemas/Problem' },
      { type: 'object', properties: { code: { enum: codes } } },
    ],
  };
  const lines = codes.map((code) => {
    const { meaning, whatToDo } = errorCatalogue[code];
    const limit = `It may have ${toLargestBody(endpoint)}, in which all that its schema takes has room.`;
    return `- \`${code}\`: ${meaning} ${whatToDo}${code === 'REQUEST_TOO_LARGE' ? ` ${limit}` : ''}`;
  });
  const isOfSome = codes.some((code) => errorCatalogue[code].kind === 'throttled');
  const repeatable = status === 429 || status === 503 ? retryAfter : isOfSome && retryAfterOfSome;
  return {
    description: lines.join('\n'),
    headers: { ...requestId, ...repeatable, ...(status === 401 && challenge) },
    content: { 'application/problem+json': { schema, example: toProblemExample(status, codes) } },
  };
}

/** How large a body of the operation may be, in words: `64 KiB`. */
export function toLargestBody({ largestBodyBytes = usualLargestBodyBytes }: Endpoint): string {
  const kibibytes = largestBodyBytes / 1_024;
  return kibibytes < 1_024 ? `${kibibytes} KiB` : `${kibibytes / 1_024} MiB`;
}

function toProblemExample(status: number, [code]: readonly ProblemCode[]): Json {
  if (code === undefined) return {};
  const errors = [{ field: 'body', message: 'must be JSON' }];
  return {
    type: `urn:huidiao:error:${code.toLowerCase().replaceAll('_', '-')}`,
    title: errorCatalogue[code].meaning,
    status,
    code,
    request_id: answerHeaders.RequestId.schema.examples[0],
    ...(code === 'REQUEST_INVALID' && { errors }),
  };
}
