import { AppError } from '@huidiao/errors';
import { z } from 'zod';
import type { HttpAgents } from '../http/http-agents.ts';
import { type HttpAnswer, HttpRequestError, sendHttpRequest } from '../http/send-http-request.ts';
import { parseWechatJson } from './parse-wechat-json.ts';

/** An answer that can be read. `errcode` 0 is WeChat's way of saying nothing is wrong, as is its absence. */
export interface MiniProgramAnswer {
  readonly errcode: number | undefined;
  /** For people only, at most 200 characters, secrets masked. */
  readonly errmsg: string | undefined;
  /** WeChat's own id of the request; support asks for it. */
  readonly rid: string | undefined;
  /** The whole answer; whole numbers of 16 digits or more are text. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface MiniProgramCall {
  readonly baseUrl: string;
  /** `/cgi-bin/…` */
  readonly path: string;
  /** Goes into the query, as WeChat wants it; therefore no URL is ever logged. */
  readonly accessToken?: string;
  readonly body: unknown;
  readonly timeoutMs: number;
  /** Texts that must not come back in `errmsg`. */
  readonly secrets: readonly string[];
  /** Connections to share with other calls. */
  readonly agents?: HttpAgents;
}

const answerShape = z.looseObject({
  errcode: z.number().int().optional(),
  errmsg: z.string().optional().catch(undefined),
});

/**
 * One POST of JSON to api.weixin.qq.com, which answers 200 to everything it has understood.
 * @throws HttpRequestError, or AppError WECHAT_SYSTEM_ERROR for a 5xx or an answer that cannot be read: in both
 * cases whether WeChat acted is unknown, unless the HttpRequestError says otherwise.
 */
export async function callMiniProgramApi(call: MiniProgramCall): Promise<MiniProgramAnswer> {
  const url = new URL(call.path, call.baseUrl);
  if (call.accessToken !== undefined) url.searchParams.set('access_token', call.accessToken);
  const answer = await sendHttpRequest({
    method: 'POST',
    url,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'huidiao',
    },
    body: JSON.stringify(call.body),
    timeoutMs: call.timeoutMs,
    agents: call.agents,
  });
  return parseAnswer(answer, call.secrets);
}

/**
 * An answer of api.weixin.qq.com, whatever its Content-Type says: some are text/plain.
 * @throws AppError WECHAT_SYSTEM_ERROR for a 5xx or what cannot be read.
 */
export function parseAnswer(answer: HttpAnswer, secrets: readonly string[]): MiniProgramAnswer {
  const parsed = answerShape.safeParse(parseWechatJson(answer.body.toString('utf8')));
  if (answer.status >= 500 || !parsed.success) {
    const reason = answer.status >= 500 ? 'server_error' : 'answer_not_understood';
    throw new AppError('WECHAT_SYSTEM_ERROR', { details: { status: answer.status, reason } });
  }
  const { errcode, errmsg } = parsed.data;
  return {
    errcode,
    errmsg: errmsg === undefined ? undefined : mask(errmsg, secrets).slice(0, 200),
    rid: errmsg?.match(/rid: ([0-9A-Za-z-]{1,64})/)?.[1],
    json: parsed.data,
  };
}

function mask(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (masked, secret) => (secret === '' ? masked : masked.replaceAll(secret, '***')),
    text,
  );
}

/** Whether this failure leaves open if WeChat acted. */
export function mayHaveReached(error: AppError): boolean {
  if (error instanceof HttpRequestError) return error.reached === 'unknown';
  return error.code === 'WECHAT_SYSTEM_ERROR';
}
