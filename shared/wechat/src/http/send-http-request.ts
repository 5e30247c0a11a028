import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AppError } from '@huidiao/errors';
import type { HttpAgents } from './http-agents.ts';
import { readBoundedBody } from './read-bounded-body.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the wait for a connection to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Connections to share; without them the request has one of its own, closed after the answer. */
  readonly agents?: HttpAgents | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; repeated headers are joined by ", ". */
  readonly headers: Headers;
  /** The bytes as they came: signatures are over these. */
  readonly body: Buffer;
}

/** A request without a usable answer. */
export class HttpRequestError extends AppError {
  /** `no`: the remote certainly never had it. `unknown`: it may have had it, and may have acted. */
  readonly reached: 'no' | 'unknown';

  constructor(reached: 'no' | 'unknown', reason: string, cause: unknown) {
    // What was turned away at the door was not tried, so that coming back uses up no attempt.
    const kind = reached === 'no' ? 'throttled' : 'transient';
    super('WECHAT_UNREACHABLE', { kind, details: { reached, reason }, cause });
    this.reached = reached;
  }
}

/** Larger answers are no answers of the calls made here. */
const largestAnswerBytes = 1_000_000;

/**
 * One request, without a retry: the queue retries, and knows whether it may.
 * @throws HttpRequestError where no whole answer came: no connection, a reset, the time limit, a redirect, an
 * answer over 1 MB.
 */
export async function sendHttpRequest(request: HttpRequest): Promise<HttpAnswer> {
  const limit = AbortSignal.timeout(request.timeoutMs);
  let mayHaveLeft = false;
  try {
    const call = openCall(request, limit);
    whenUsable(call, request.url, () => {
      mayHaveLeft = true;
    });
    call.end(request.body);
    return await readAnswer(await untilAnswered(call));
  } catch (error) {
    const reason = limit.aborted ? 'TimeoutError' : toReason(error);
    throw new HttpRequestError(mayHaveLeft ? 'unknown' : 'no', reason, error);
  }
}

function openCall({ method, url, headers, agents }: HttpRequest, signal: AbortSignal): ClientRequest {
  const isTls = url.protocol === 'https:';
  const agent = (isTls ? agents?.https : agents?.http) ?? false;
  // Signatures are over the bytes of the body, so nothing may pack them.
  const sent = { 'accept-encoding': 'identity', ...headers };
  return (isTls ? httpsRequest : httpRequest)(url, { method, headers: sent, agent, signal });
}

/**
 * Calls `onUsable` as soon as the request's connection can carry it, before its first byte leaves: until then
 * nothing but the look-up, the connect and the TLS handshake has happened, however long they took. A connection
 * that is not just being made counts as usable: kept alive, or handed on by a request that waited for it and
 * gave up. (`reusedSocket` does not tell: it is unset where a request waited for another's connection.)
 */
function whenUsable(call: ClientRequest, url: URL, onUsable: () => void): void {
  const isReady = url.protocol === 'https:' ? 'secureConnect' : 'connect';
  call.once('socket', (socket) => {
    if (socket.connecting) socket.once(isReady, onUsable);
    else onUsable();
  });
}

/** The answer's head, or why there is none. */
function untilAnswered(call: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    call.once('response', resolve);
    // Stays: after the answer's head the same failures come once more by way of its body.
    call.on('error', reject);
    call.once('close', () => reject(new Error('the connection was closed without an answer')));
  });
}

const redirects: readonly (number | undefined)[] = [301, 302, 303, 307, 308];

async function readAnswer(message: IncomingMessage): Promise<HttpAnswer> {
  const { statusCode, rawHeaders } = message;
  // Followed, it would carry a token or a signed body to an address that nobody configured.
  if (statusCode === undefined || redirects.includes(statusCode)) {
    message.destroy();
    throw new Error('the answer is a redirect');
  }
  const body = await readBoundedBody(message, largestAnswerBytes);
  return { status: statusCode, headers: toHeaders(rawHeaders), body };
}

/** From name, value, name, value …, as they came. */
function toHeaders(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < raw.length; at += 2) headers.append(raw[at] ?? '', raw[at + 1] ?? '');
  return headers;
}

/** Never the message: that of a malformed URL would hold the URL, and with it a token. */
function toReason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
