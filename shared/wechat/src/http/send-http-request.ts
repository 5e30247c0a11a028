import { AppError } from '@huidiao/errors';
import { readBoundedBody } from './read-bounded-body.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the first look-up to the last byte of the answer. */
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
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
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      // Followed, it would carry a token or a signed body to an address that nobody configured.
      redirect: 'error',
      signal: AbortSignal.timeout(request.timeoutMs),
    });
    const body = await readBoundedBody(response.body, largestAnswerBytes);
    return { status: response.status, headers: response.headers, body };
  } catch (error) {
    const failures = toFailures(error);
    const reached = failures.every(isBeforeSending) ? 'no' : 'unknown';
    throw new HttpRequestError(reached, failures.map(nameOf).join(', ').slice(0, 200), error);
  }
}

interface Failure {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly syscall?: unknown;
}

/** fetch wraps what went wrong as its cause; several addresses of one host fail as an AggregateError. */
function toFailures(error: unknown): Failure[] {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.flatMap(toFailures);
  if (error instanceof Error && error.cause !== undefined) return toFailures(error.cause);
  return [error instanceof Error ? error : {}];
}

/** The certificate was refused, so that nothing but the handshake had been sent. OpenSSL's names. */
const certificateCodes = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function isBeforeSending({ code, syscall }: Failure): boolean {
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true;
  return code === 'UND_ERR_CONNECT_TIMEOUT' || (typeof code === 'string' && certificateCodes.has(code));
}

/** Never the message: that of a malformed URL would hold the URL, and with it a token. */
function nameOf({ code, name }: Failure): string {
  return String(typeof code === 'string' ? code : name);
}
