import { AppError, toAppError } from '@huidiao/errors';
import type { Logger } from '@huidiao/runtime';
import type { ErrorRequestHandler } from 'express';
import { isClientGone } from './is-client-gone.ts';
import { type Problem, sendProblem, toProblem } from './problem.ts';
import { requestFactsOf, toRemoteFacts } from './request-facts.ts';

/** The one place where what handlers throw becomes an answer. */
export function handleError(logger: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    // The client went away in the middle of its body: there is nobody to answer.
    if (isClientGone(req)) return void res.destroy();
    const facts = requestFactsOf(res);
    const { requestId } = facts;
    const problem = toClientProblem(error) ?? toProblem(toAppError(error));
    if (error instanceof AppError) Object.assign(facts, toRemoteFacts(error));
    // 502: WeChat does not accept our credentials, which somebody has to mend.
    if (problem.status === 500 || problem.status === 502)
      logger.error({ event: 'request.failed', requestId, err: error }, 'request.failed');
    if (res.headersSent) res.destroy();
    else sendProblem(res, problem);
  };
}

/** Errors of Express and its body reader that the client caused: they carry a status of 4xx. */
function toClientProblem(error: unknown): Problem | undefined {
  if (error instanceof AppError || !(error instanceof Error) || !('status' in error)) return undefined;
  const { status } = error;
  if (status === 413) return { status, code: 'REQUEST_TOO_LARGE' };
  if (status === 415) return { status, code: 'REQUEST_MEDIA_TYPE' };
  const isClients = typeof status === 'number' && status >= 400 && status < 500;
  return isClients ? { status: 400, code: 'REQUEST_INVALID' } : undefined;
}
