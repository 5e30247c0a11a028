import {
  type Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { AppError } from '@huidiao/errors';
import { assertTargetAllowed, guardedLookup } from './webhook-target.ts';

/** What counts of an answer: its status, and the header Retry-After as it came. */
export interface WebhookAnswer {
  readonly httpStatus: number;
  readonly retryAfter: string | undefined;
}

/** More than this of an answer's body is not read: only the status counts. */
const largestAnswerBytes = 64 * 1024;

/** Where something is posted to. */
export interface WebhookTarget {
  readonly url: string;
  readonly allowPrivateNetwork: boolean;
  readonly timeoutMs: number;
  /** What comes behind the path, exactly so, without `?`. */
  readonly query?: string;
}

/**
 * One POST, bounded in time and in what is read of the answer. Redirects are not followed.
 *
 * A server may close a kept connection at the very moment at which it is used again, which says nothing about the
 * shop: then the same request goes once more, on a connection of its own. The shop knows a repetition by its
 * webhook-id. https://nodejs.org/api/http.html#requestreusedsocket
 *
 * @throws AppError SHOP_UNREACHABLE (no answer in time), SHOP_TARGET_FORBIDDEN (a private network).
 */
export async function postWebhook(
  target: WebhookTarget,
  body: string | Buffer,
  headers: Readonly<Record<string, string>>,
  agent: HttpAgent | HttpsAgent,
): Promise<WebhookAnswer> {
  const url = new URL(target.url);
  if (!target.allowPrivateNetwork) assertTargetAllowed(url);
  const options: RequestOptions = {
    method: 'POST',
    path: toPath(url, target.query),
    signal: AbortSignal.timeout(target.timeoutMs),
    headers: { 'user-agent': 'huidiao', ...headers, 'content-length': Buffer.byteLength(body) },
    ...(target.allowPrivateNetwork ? {} : { lookup: guardedLookup }),
  };
  const answer = await post(url, body, { ...options, agent });
  if (answer !== undefined) return answer;
  const last = await post(url, body, { ...options, agent: false });
  if (last === undefined) throw new AppError('SHOP_UNREACHABLE');
  return last;
}

/** Not by URL.search, which would write some characters in another way than they came. */
function toPath({ pathname, search }: URL, query = ''): string {
  if (query === '') return `${pathname}${search}`;
  return `${pathname}${search}${search === '' ? '?' : '&'}${query}`;
}

/** @returns undefined when a connection that was kept had been closed by the other side. */
function post(url: URL, body: string | Buffer, options: RequestOptions): Promise<WebhookAnswer | undefined> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, options);
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      if (request.reusedSocket && isClosed) resolve(undefined);
      else reject(toShopError(error));
    });
    request.on('response', (response) => resolve(settle(response)));
    request.end(body);
  });
}

function settle(response: IncomingMessage): WebhookAnswer {
  let bytes = 0;
  response.on('error', () => {}); // the status is known; a body that breaks off changes nothing
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > largestAnswerBytes) response.destroy();
  });
  return { httpStatus: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] };
}

function toShopError(error: Error): AppError {
  if (error instanceof AppError) return error;
  if (error.cause instanceof AppError) return error.cause;
  const reason = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return new AppError('SHOP_UNREACHABLE', { cause: error, details: { reason } });
}
