import type { Endpoint, Merchant } from '@huidiao/contracts';
import type { AppError, ErrorCode } from '@huidiao/errors';
import type { Response } from 'express';

/** What is known of a request on its way; becomes its log line. */
export interface RequestFacts {
  readonly requestId: string;
  readonly startedAtMs: number;
  /** The pattern, not the path: a metric's label. */
  route: string;
  /** The operation, once the path has named one. */
  endpoint?: Endpoint;
  merchant?: Merchant;
  outTradeNo?: string;
  outcome?: string;
  errorCode?: ErrorCode;
  /** Why, where the error's code leaves it open: a word of our own, never WeChat's text. */
  reason?: string;
  /** What WeChat said, and the id under which WeChat's support finds the call. */
  remoteCode?: string;
  remoteRequestId?: string;
}

/** What an error says of WeChat's answer, for the request's log line. */
export function toRemoteFacts({
  details,
}: AppError): Pick<RequestFacts, 'reason' | 'remoteCode' | 'remoteRequestId'> {
  const { reason, remoteCode, requestId: remoteRequestId } = details;
  return {
    ...(reason === undefined ? {} : { reason: String(reason) }),
    ...(remoteCode === undefined ? {} : { remoteCode: String(remoteCode) }),
    ...(remoteRequestId === undefined ? {} : { remoteRequestId: String(remoteRequestId) }),
  };
}

const factsByResponse = new WeakMap<Response, RequestFacts>();

/** Begins the facts of one request. */
export function beginRequestFacts(res: Response, requestId: string): RequestFacts {
  const facts: RequestFacts = { requestId, startedAtMs: performance.now(), route: 'none' };
  factsByResponse.set(res, facts);
  return facts;
}

/** The facts of the request that this response answers. */
export function requestFactsOf(res: Response): RequestFacts {
  const facts = factsByResponse.get(res);
  if (facts === undefined) throw new Error('a handler ran before observeRequests');
  return facts;
}
