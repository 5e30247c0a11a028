import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createGunzip } from 'node:zlib';
import { AppError, toAppError } from '@huidiao/errors';
import { readBoundedBody } from '../../http/read-bounded-body.ts';
import { HttpRequestError } from '../../http/send-http-request.ts';
import { type PayCaller, toPayError, toSignedHeaders } from '../send-pay-request.ts';

/** The hosts of WeChat Pay, as wechatpay-go (core/consts) has them. */
const hosts = new Set(['api.mch.weixin.qq.com', 'api2.mch.weixin.qq.com', 'api2.wechatpay.cn']);
const silenceMs = 30_000;
const largestErrorBytes = 64_000;

/**
 * Where a bill is fetched: at WeChat Pay, or where this installation reaches it. A signed request goes nowhere else.
 * @throws AppError WECHAT_RESPONSE_NOT_AUTHENTIC for any other address
 */
export function toBillUrl(downloadUrl: string, baseUrl: string): URL {
  const url = URL.canParse(downloadUrl) ? new URL(downloadUrl) : undefined;
  const isWeChats = url?.protocol === 'https:' && url.port === '' && hosts.has(url.hostname);
  if (url !== undefined && (isWeChats || url.origin === new URL(baseUrl).origin)) return url;
  throw new AppError('WECHAT_RESPONSE_NOT_AUTHENTIC', { details: { reason: 'download_url' } });
}

/**
 * The bytes of a bill after they were unpacked, as they come. The request is signed, its answer is not: only the hash that
 * came with the address tells whether they are right. The address is good for 30 s.
 * https://pay.weixin.qq.com/docs/merchant/apis/bill-download/download-bill.html
 *
 * @param signal ends it, and what waits for it
 * @throws AppError WECHAT_*
 */
export async function* downloadBill(
  caller: PayCaller,
  url: URL,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const headers = toSignedHeaders(caller, { method: 'GET', url, body: '' });
  const answer = await open(url, { ...headers, accept: '*/*' }, signal);
  if (answer.statusCode !== 200) throw await toRefusal(caller, answer);
  const gunzip = createGunzip();
  // A pipeline's failures come by way of the reading below, where they are thrown once.
  answer.once('error', (error) => gunzip.destroy(error));
  answer.once('close', () => answer.complete || gunzip.destroy(new Error('the download broke off')));
  try {
    for await (const chunk of answer.pipe(gunzip)) yield chunk as Buffer;
  } catch (error) {
    throw toAppError(error).code === 'INTERNAL_ERROR' ? unreachable(error) : error;
  } finally {
    answer.destroy();
  }
}

function open(
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const isTls = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const call = (isTls ? httpsRequest : httpRequest)(url, { headers, signal, agent: false });
    call.once('response', resolve);
    call.on('error', (error) => reject(unreachable(error)));
    call.setTimeout(silenceMs, () => call.destroy(new Error('no byte for too long')));
    call.end();
  });
}

async function toRefusal(caller: PayCaller, message: IncomingMessage): Promise<AppError> {
  try {
    const body = await readBoundedBody(message, largestErrorBytes);
    const headers = new Headers();
    for (const [name, value] of Object.entries(message.headers)) headers.set(name, String(value));
    const answer = { status: message.statusCode ?? 0, headers, body };
    return toPayError('download-bill', answer, parseJson(body), caller.clock.now());
  } catch (error) {
    return unreachable(error);
  }
}

/** Never the message, which could hold the address and with it its token. */
function unreachable(error: unknown): HttpRequestError {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'broken_off';
  return new HttpRequestError('unknown', reason, error);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
