import type { ProblemDocument } from '@huidiao/contracts';

/** merchant-api refused a request, or could not carry it out now: what its problem document says. */
export class MerchantApiProblem extends Error {
  override readonly name = 'MerchantApiProblem';
  readonly status: number;
  /** Branch on it; titles and details are for people. */
  readonly code: string;
  readonly problem: ProblemDocument;
  /** Where there is one the same request may be repeated after it, in seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: ProblemDocument, retryAfterSeconds: number | undefined) {
    super(`${problem.status} ${problem.code}: ${problem.detail ?? problem.title}${toFieldText(problem)}`);
    this.status = problem.status;
    this.code = problem.code;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

function toFieldText({ errors = [] }: ProblemDocument): string {
  return errors.map(({ field, message }) => `; ${field} ${message}`).join('');
}

/**
 * There was no answer, or none of merchant-api's: no connection, time-out, a page of something in between. Whether the
 * request was carried out is unknown; every operation that changes something may be repeated with the same content,
 * except createSession and readPhoneNumber, whose codes WeChat takes once.
 */
export class MerchantApiUnreachable extends Error {
  override readonly name = 'MerchantApiUnreachable';
  /** Of the answer, where there was one. */
  readonly status: number | undefined;

  constructor(message: string, options: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.status = options.status;
  }
}
