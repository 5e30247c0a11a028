import { subscribe } from 'node:diagnostics_channel';
import { commonProblems, type Endpoint, problemDocument, problemStatuses } from '@huidiao/contracts';
import { z } from 'zod';

type Json = Readonly<Record<string, unknown>>;

/** As much of an OpenAPI document as says what an operation answers. */
interface Documented {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Json>> }>>>
  >;
  readonly components: { readonly schemas: Json; readonly headers: Json };
}

/** What merchant-api tells of an answer as it goes out. */
interface Answered {
  readonly endpoint: Pick<Endpoint, 'method' | 'path'> | undefined;
  readonly status: number;
  readonly headers: Json;
  readonly body: unknown;
  readonly document: Documented;
}

/**
 * Holds every answer of every merchant-api in this process against the OpenAPI document that it serves: a status, a
 * field, a code or the lack of a header that is not documented fails the test that caused it.
 */
export function checkAnswers(): void {
  subscribe('huidiao:merchant-api.answered', (message) => {
    const problem = findAnswerProblem(message as Answered);
    // What a subscriber throws, node throws again outside of the request: mocha's running test fails by it.
    if (problem !== undefined) throw new Error(`merchant-api answered what is not documented: ${problem}`);
  });
}

/** What is wrong with an answer, if anything is. */
export function findAnswerProblem(answered: Answered): string | undefined {
  const { endpoint, status, document } = answered;
  if (endpoint === undefined) return findStrayProblem(answered);
  const { method, path } = endpoint;
  const told = `${method} ${path}: ${status}`;
  const response = document.paths[path]?.[method.toLowerCase()]?.responses[status];
  if (response === undefined) return `${told} is no answer of it`;
  const problem = findBodyProblem(answered, response) ?? findMissingHeader(answered, response);
  return problem === undefined ? undefined : `${told}: ${problem}`;
}

/** Where no operation was found there is none to look up: one of the problems that all have, with its own status. */
function findStrayProblem({ status, body }: Answered): string | undefined {
  const { data } = problemDocument.safeParse(body);
  const code = commonProblems.find((one) => one === data?.code);
  const isKnown = code !== undefined && problemStatuses[code] === status;
  return isKnown ? undefined : `no operation: ${status} with ${data?.code ?? 'no problem'}`;
}

function findBodyProblem({ body, status, document }: Answered, { content }: Json): string | undefined {
  if (content === undefined) return body === undefined ? undefined : 'has no body';
  const [{ schema = {} } = {}] = Object.values(content as Readonly<Record<string, { schema: Json }>>);
  // As it is on the wire: what JSON leaves out or turns into text is not there.
  const wire = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
  const errors = toChecks(schema, document).flatMap((check) => check.safeParse(wire).error ?? []);
  if (errors[0] !== undefined) return errors[0].message;
  const isOther = status >= 400 && wire.status !== status;
  return isOther ? `its body names the status ${wire.status}` : undefined;
}

function findMissingHeader({ headers, document }: Answered, response: Json): string | undefined {
  const documented = (response.headers ?? {}) as Readonly<Record<string, Json>>;
  const missing = Object.entries(documented).find(([name, { $ref: reference, ...own }]) => {
    const named = typeof reference === 'string' ? document.components.headers[lastOf(reference)] : own;
    return (named as Json).required === true && headers[name] === undefined;
  });
  return missing === undefined ? undefined : `the header ${missing[0]} is missing`;
}

/** By the text of a schema, for one document. */
const checksOf = new WeakMap<Documented, Map<string, z.ZodType>>();

/** Each part of a whole of several by itself: together they would let pass what one of them refuses. */
function toChecks(schema: Json, document: Documented): readonly z.ZodType[] {
  const known = checksOf.get(document) ?? new Map<string, z.ZodType>();
  checksOf.set(document, known);
  return ((schema.allOf ?? [schema]) as readonly Json[]).map((part) => {
    const text = JSON.stringify(part);
    const check = known.get(text) ?? z.fromJSONSchema(withDefinitions(part, document));
    known.set(text, check);
    return check;
  });
}

/** With its own definitions in place of the document's components. */
function withDefinitions(part: Json, { components }: Documented): z.core.JSONSchema.BaseSchema {
  const isWhole = !JSON.stringify(part).includes('"$ref"');
  const schema = isWhole ? part : { ...part, $defs: components.schemas };
  const text = JSON.stringify(schema).replaceAll('"#/components/schemas/', '"#/$defs/');
  return JSON.parse(text, (key, value) => (isUnicodePattern(key, value) ? undefined : value));
}

/** zod compiles patterns without the flag u, where \p{…} means something else: 4.6.7, classic/from-json-schema.ts. */
function isUnicodePattern(key: string, value: unknown): boolean {
  return key === 'pattern' && typeof value === 'string' && value.includes('\\p{');
}

function lastOf(reference: string): string {
  return reference.split('/').at(-1) ?? '';
}
