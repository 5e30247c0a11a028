import { subscribe } from 'node:diagnostics_channel';
import { commonProblems, type Endpoint, problemDocument, problemStatuses } from '@huidiao/contracts';
import { errorCatalogue } from '@huidiao/errors';

/** What merchant-api tells of an answer as it goes out. */
interface Answered {
  readonly endpoint: Endpoint | undefined;
  readonly status: number;
  readonly body: unknown;
}

/**
 * Holds every answer of every merchant-api in this process against the catalogue that its OpenAPI document is written
 * from: a status, a field or a code that is not documented fails the test that caused it.
 */
export function checkAnswers(): void {
  subscribe('huidiao:merchant-api.answered', (message) => {
    const problem = findAnswerProblem(message as Answered);
    // What a subscriber throws, node throws again outside of the request: mocha's running test fails by it.
    if (problem !== undefined) throw new Error(`merchant-api answered what is not documented: ${problem}`);
  });
}

/** What is wrong with an answer, if anything is. */
export function findAnswerProblem({ endpoint, status, body }: Answered): string | undefined {
  const where = endpoint === undefined ? 'no operation' : `${endpoint.method} ${endpoint.path}`;
  const told = `${where}: ${status}`;
  const schema = endpoint?.answers[status];
  if (schema !== undefined) {
    // As it is on the wire: what JSON leaves out or turns into text is not there.
    const wire = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
    const parsed = schema.safeParse(wire);
    return parsed.success ? undefined : `${told}: ${parsed.error.message}`;
  }
  const problem = problemDocument.safeParse(body);
  if (!problem.success) return `${told} has no schema`;
  const { code } = problem.data;
  const documented: readonly string[] = [...commonProblems, ...(endpoint?.problems ?? [])];
  if (!documented.includes(code)) return `${told} with ${code}, which is not among its problems`;
  if (!Object.hasOwn(errorCatalogue, code)) return `${told} with ${code}, which is no error code`;
  const wanted = (problemStatuses as Readonly<Record<string, number>>)[code];
  return wanted === status ? undefined : `${told} with ${code}, which has the status ${wanted}`;
}
