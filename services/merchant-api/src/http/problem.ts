import type { ProblemDocument } from '@huidiao/contracts';
import { type AppError, type ErrorCode, errorCatalogue } from '@huidiao/errors';
import type { Response } from 'express';
import { tellAnswered } from './answered.ts';
import { requestFactsOf } from './request-facts.ts';

/** One field that the client has to mend. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** An answer other than 2xx, before it is written. */
export interface Problem {
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Whole seconds for Retry-After: the client may repeat the same request. */
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** So many wrong fields are named; one that sends more has a problem of another kind. */
const mostFieldErrors = 20;
const longestFieldName = 100;

/** Writes a problem document. https://www.rfc-editor.org/rfc/rfc9457 */
export function sendProblem(res: Response, problem: Problem): void {
  const facts = requestFactsOf(res);
  const body = toDocument(problem, facts.requestId);
  facts.errorCode = problem.code;
  facts.outcome ??= 'refused';

  if (problem.retryAfterSeconds !== undefined) res.set('retry-after', String(problem.retryAfterSeconds));
  if (problem.headers !== undefined) res.set(problem.headers);
  tellAnswered(res, { endpoint: facts.endpoint, status: problem.status, body });
  res.status(problem.status).type('application/problem+json').send(JSON.stringify(body));
}

function toDocument(problem: Problem, requestId: string): ProblemDocument {
  return {
    type: `urn:huidiao:error:${problem.code.toLowerCase().replaceAll('_', '-')}`,
    title: errorCatalogue[problem.code].meaning,
    status: problem.status,
    code: problem.code,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    request_id: requestId,
    ...(problem.errors === undefined
      ? {}
      : { errors: problem.errors.slice(0, mostFieldErrors).map(toShortField) }),
  };
}

function toShortField({ field, message }: FieldError): FieldError {
  return { field: field.slice(0, longestFieldName), message: message.slice(0, 300) };
}

const defaultRetryAfterSeconds = 2;

/**
 * An AppError that reached the edge. What may succeed later is 503 with Retry-After, so that a client repeats
 * the same request; what we alone can mend is 502 (our credentials at WeChat) or 500.
 */
export function toProblem(error: AppError): Problem {
  const { code } = error;
  if (code === 'WECHAT_CREDENTIALS_REFUSED') return { status: 502, code };
  if (code === 'INTERNAL_ERROR' || error.kind === 'permanent') return { status: 500, code: 'INTERNAL_ERROR' };
  return { status: 503, code, retryAfterSeconds: toRetryAfterSeconds(error.retryAfterMs) };
}

function toRetryAfterSeconds(retryAfterMs: number | undefined): number {
  return retryAfterMs === undefined ? defaultRetryAfterSeconds : Math.max(1, Math.ceil(retryAfterMs / 1_000));
}
