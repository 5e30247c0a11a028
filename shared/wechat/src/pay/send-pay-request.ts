import { randomBytes } from 'node:crypto';
import type { Clock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { z } from 'zod';
import type { HttpAgents } from '../http/http-agents.ts';
import { parseRetryAfter } from '../http/parse-retry-after.ts';
import { type HttpAnswer, type HttpRequest, sendHttpRequest } from '../http/send-http-request.ts';
import { classifyPayAnswer, type PayApi } from './pay-error-codes.ts';
import type { PlatformKeys } from './platform-keys.ts';
import { createAuthorization, type RequestSigner } from './sign-request.ts';
import { isSignedAnswer, verifyAnswer } from './verify-answer.ts';
import type { Verification } from './verify-notification.ts';

/** What every signed call of one merchant needs. */
export interface PayCaller {
  readonly signer: RequestSigner;
  readonly keys: PlatformKeys;
  /** 微信支付公钥ID: asks WeChat Pay to sign its answers with that key; undefined while certificates are used. */
  readonly answerKeyId: string | undefined;
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly agents: HttpAgents;
}

export interface PayRequest {
  readonly api: PayApi;
  readonly method: HttpRequest['method'];
  /** Path and query, percent-encoded. */
  readonly path: string;
  readonly body?: unknown;
  /** Names the key that WeChat Pay is to sign its answer with, where that is not the caller's. */
  readonly answerKeyId?: string;
}

/** Throws AppError WECHAT_RESPONSE_NOT_AUTHENTIC for an answer that is not to be believed. */
export type AssertAuthentic = (caller: PayCaller, answer: PayAnswer) => void;

/** An answer as it came, and what it says as JSON. */
export interface PayAnswer {
  readonly http: HttpAnswer;
  readonly json: unknown;
  /** When it came. */
  readonly now: Date;
}

/**
 * One signed request of API v3 and its verified answer, as parsed JSON.
 *
 * A success counts only with a good signature. An error that carries a signature must verify as well; one
 * without (the official Go and Java SDKs verify successes only, and a wrong merchant key gets 401 SIGN_ERROR) is
 * believed where it has a code. Whatever else is unsigned came from something between WeChat Pay and us.
 *
 * @throws AppError WECHAT_RESPONSE_NOT_AUTHENTIC (whether WeChat Pay acted is unknown), WECHAT_UNREACHABLE, or
 * what the table of codes says; details: remoteCode, status, requestId, queryFirst.
 */
export async function sendPayRequest(
  caller: PayCaller,
  request: PayRequest,
  assertAnswer: AssertAuthentic = assertAuthentic,
): Promise<unknown> {
  const http = await send(caller, request);
  const now = caller.clock.now();
  const json = parseJson(http.body);
  const isSuccess = http.status === 200 || http.status === 204;
  if (isSuccess || isSignedAnswer(http)) assertAnswer(caller, { http, json, now });
  if (isSuccess) return json;
  throw toPayError(request.api, http, json, now);
}

async function send(caller: PayCaller, request: PayRequest): Promise<HttpAnswer> {
  const { timeoutMs, agents } = caller;
  const answerKeyId = request.answerKeyId ?? caller.answerKeyId;
  const { method } = request;
  const url = new URL(request.path, caller.baseUrl);
  const body = request.body === undefined ? '' : JSON.stringify(request.body);
  const headers = {
    ...toSignedHeaders(caller, { method, url, body }),
    ...(answerKeyId === undefined ? {} : { 'wechatpay-serial': answerKeyId }),
  };
  const sent = { method, url, headers, timeoutMs, agents };
  return sendHttpRequest(body === '' ? sent : { ...sent, body });
}

/** The headers of a request, signed now over what goes out. */
export function toSignedHeaders(
  { signer, clock }: Pick<PayCaller, 'signer' | 'clock'>,
  { method, url, body }: { readonly method: HttpRequest['method']; readonly url: URL; readonly body: string },
): Readonly<Record<string, string>> {
  const authorization = createAuthorization(signer, {
    method,
    // As the URL writes it: this very text goes out on the request line.
    pathWithQuery: url.pathname + url.search,
    timestamp: Math.floor(clock.now().getTime() / 1000),
    nonce: randomBytes(16).toString('hex'),
    body,
  });
  return {
    accept: 'application/json',
    authorization,
    'content-type': 'application/json',
    'user-agent': 'huidiao',
  };
}

function assertAuthentic({ keys }: PayCaller, { http, now }: PayAnswer): void {
  const verification = verifyAnswer(http, keys, now);
  if (!verification.authentic) throw toNotAuthentic(http, verification);
}

/** What an answer whose signature does not verify is thrown as. */
export function toNotAuthentic(
  answer: HttpAnswer,
  { reason, serial }: Extract<Verification, { authentic: false }>,
): AppError {
  return new AppError('WECHAT_RESPONSE_NOT_AUTHENTIC', {
    details: { reason, serial, status: answer.status, requestId: requestId(answer) },
  });
}

const errorBody = z.looseObject({ code: z.string().regex(/^[0-9A-Z_]{1,64}$/) });

/** What an answer other than a success is thrown as. */
export function toPayError(api: PayApi, answer: HttpAnswer, json: unknown, now: Date): AppError {
  const { status } = answer;
  const remoteCode = errorBody.safeParse(json).data?.code;
  const details = { api, status, remoteCode, requestId: requestId(answer) };
  const isSomebodyElses =
    remoteCode === undefined && !isSignedAnswer(answer) && status < 500 && status !== 429;
  if (isSomebodyElses) {
    return new AppError('WECHAT_RESPONSE_NOT_AUTHENTIC', { details: { ...details, reason: 'unsigned' } });
  }
  const { error, kind, retryAfterMs, queryFirst } = classifyPayAnswer(api, status, remoteCode);
  const waitMs = parseRetryAfter(answer.headers.get('retry-after'), now) ?? retryAfterMs;
  return new AppError(error, {
    ...(kind === undefined ? {} : { kind }),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    details: queryFirst === true ? { ...details, queryFirst } : details,
  });
}

/** Support asks for it. */
function requestId(answer: HttpAnswer): string | undefined {
  return answer.headers.get('request-id')?.slice(0, 128);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
