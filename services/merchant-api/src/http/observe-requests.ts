import { randomUUID } from 'node:crypto';
import type { Logger, Metrics } from '@huidiao/runtime';
import type { Request, RequestHandler, Response } from 'express';
import { beginRequestFacts, type RequestFacts } from './request-facts.ts';

/**
 * Gives each request an id (x-request-id; a client's own is not taken over), and writes one wide line and one
 * sample when it is over, also when the client went away before the answer.
 */
export function observeRequests(logger: Logger, metrics: Metrics): RequestHandler {
  const durations = metrics.histogram({
    name: 'huidiao_merchant_api_request_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
  });
  return (req, res, next) => {
    const facts = beginRequestFacts(res, randomUUID());
    res.set({
      'x-request-id': facts.requestId,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    res.once('close', () => {
      const durationMs = Math.round(performance.now() - facts.startedAtMs);
      durations.observe(
        { method: knownMethod(req), route: facts.route, status: String(res.statusCode) },
        durationMs / 1_000,
      );
      logger.info(toWideLine(req, res, facts, durationMs), 'request.answered');
    });
    next();
  };
}

function toWideLine(req: Request, res: Response, facts: RequestFacts, durationMs: number) {
  return {
    event: 'request.answered',
    requestId: facts.requestId,
    method: knownMethod(req),
    route: facts.route,
    status: res.statusCode,
    mchId: facts.merchant?.mchId,
    outTradeNo: facts.outTradeNo,
    outcome: res.writableFinished ? facts.outcome : 'aborted',
    errorCode: facts.errorCode,
    reason: facts.reason,
    remoteCode: facts.remoteCode,
    remoteRequestId: facts.remoteRequestId,
    durationMs,
  };
}

/** A client can send any token as the method; a metric must not grow by it. */
function knownMethod(req: Request): string {
  return ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].includes(req.method)
    ? req.method
    : 'OTHER';
}
