import { createHash, randomBytes } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { BoundedMap } from '../bounded-map.ts';
import type { Context } from '../context.ts';
import type { ApiFault, ApiName } from '../faults.ts';
import type { KnownMerchant } from '../pay/merchants.ts';
import { spellSerial } from '../pay/platform-keys.ts';
import { type ApiAnswer, PayRefusal } from '../pay/refusal.ts';
import { createSignatureHeaders, type Seal } from '../pay/sign-message.ts';
import { verifyRequestSignature } from '../pay/verify-request-signature.ts';
import { compactStyle, writeJson } from '../write-json.ts';
import { type PerformedFault, performFault } from './api-fault.ts';
import { toJsonBody, toRawBody } from './raw-body.ts';

/** An authentic request of a merchant. */
export interface PayCall {
  readonly merchant: KnownMerchant;
  readonly request: Request;
  /** Undefined where it is no JSON. */
  readonly body: unknown;
  /** The answer will carry a probe signature. */
  readonly underProbe: boolean;
}

/** What an operation of WeChat Pay does for it. Throws PayRefusal. */
export type PayOperation = (call: PayCall) => ApiAnswer | Promise<ApiAnswer>;

/**
 * The way of every WeChat Pay request: verify its signature, do it, sign the answer with the key that its
 * Wechatpay-Serial asked for. Errors are signed too.
 */
export function createPayRoute(context: Context, api: ApiName, operate: PayOperation): RequestHandler {
  const takeProbe = createProbeTurns(context);
  return async (request, response) => {
    const faultBefore = context.faults.take(api, 'before');
    const underProbe = faultBefore === undefined && takeProbe(request);
    const answer =
      faultBefore === undefined ? await toAnswer(context, request, operate, underProbe) : forgedRefusal;
    const fault = faultBefore ?? context.faults.take(api, 'after');
    if (fault === undefined) sendSigned(context, request, response, answer, underProbe ? 'probe' : 'genuine');
    const sent =
      fault === undefined
        ? { status: answer.status, code: toCode(answer) }
        : performPayFault(context, request, response, { fault, answer });
    const isFault = fault !== undefined;
    recordCall(context, api, { ...sent, fault: isFault, probe: underProbe && !isFault });
  };
}

/** What somebody in between may answer where WeChat Pay was never asked: final, for whoever does not verify it. */
const forgedRefusal: ApiAnswer = {
  status: 400,
  body: { code: 'INVALID_REQUEST', message: 'HTTP请求不符合微信支付APIv3接口规则' },
};

/** Makes a call go wrong. `answer`: what is signed wrongly, where that is the fault. */
export function performPayFault(
  context: Context,
  request: Request,
  response: Response,
  { fault, answer }: { fault: ApiFault['answer']; answer: ApiAnswer },
): PerformedFault {
  const refuse = (status: number, code: string, message: string): PerformedFault => {
    const refusal = new PayRefusal(status, code, message).toAnswer();
    sendSigned(context, request, response, refusal, 'genuine');
    return { status, code };
  };
  switch (fault) {
    case 'system_error':
      return refuse(500, 'SYSTEM_ERROR', '系统异常，请稍后重试');
    case 'frequency_limited':
      return refuse(429, 'FREQUENCY_LIMITED', '频率超限');
    case 'wrong_signature':
      sendSigned(context, request, response, answer, 'wrong');
      return { status: answer.status, code: fault };
    default:
      return performFault(request, response, fault);
  }
}

async function toAnswer(
  context: Context,
  request: Request,
  operate: PayOperation,
  underProbe: boolean,
): Promise<ApiAnswer> {
  try {
    const merchant = authenticate(context, request);
    const body = toJsonBody(request);
    if (['POST', 'PUT'].includes(request.method) && body === undefined) {
      throw new PayRefusal(400, 'PARAM_ERROR', '请求体不是合法的JSON', { location: 'body' });
    }
    return await operate({ merchant, request, body, underProbe });
  } catch (error) {
    if (error instanceof PayRefusal) return error.toAnswer();
    throw error;
  }
}

/** The merchant that signed the request. Throws PayRefusal, also where it asks for an answer by a key of nobody. */
export function authenticate(context: Context, request: Request): KnownMerchant {
  const merchant = verifyRequestSignature(
    {
      method: request.method,
      url: request.originalUrl,
      authorization: request.headers.authorization,
      body: toRawBody(request),
    },
    context.merchants,
    Date.now(),
  );
  if (context.platformKeys.forAnswer(request.get('wechatpay-serial')) !== undefined) return merchant;
  throw new PayRefusal(400, 'INVALID_REQUEST', 'Wechatpay-Serial与商户使用的平台证书或微信支付公钥不匹配');
}

/** Answers with the signature that the request asked for. */
export function sendSigned(
  context: Context,
  request: Request,
  response: Response,
  answer: ApiAnswer,
  seal: Seal,
): void {
  const { platformKeys, random, faults } = context;
  const key = platformKeys.forAnswer(request.get('wechatpay-serial')) ?? platformKeys.forAnswer(undefined);
  if (key === undefined) throw new Error('the platform has no key');
  const body = answer.body === undefined ? '' : writeJson(answer.body, compactStyle, random);
  const serial = spellSerial(key, faults.settings.serial_spelling);
  response.status(answer.status);
  response.set({ 'Request-ID': randomBytes(20).toString('hex').toUpperCase() });
  response.set(createSignatureHeaders({ privateKey: key.privateKey, serial, body, seal }));
  if (answer.body === undefined) response.end();
  else response.type('application/json; charset=utf-8').send(Buffer.from(body));
}

/** A probe goes before the genuine answer: the same request, repeated, is never probed twice in a row. */
function createProbeTurns(context: Context): (request: Request) => boolean {
  const probed = new BoundedMap<string, true>(10_000);
  return (request) => {
    const key = createHash('sha256')
      .update(`${request.method} ${request.originalUrl}\n`)
      .update(toRawBody(request))
      .digest('base64');
    const wasProbed = probed.get(key) === true;
    probed.delete(key);
    if (wasProbed || !context.random.happens(context.faults.settings.probe_share)) return false;
    probed.set(key, true);
    return true;
  };
}

/** Into the ledger. */
export function recordCall(
  context: Context,
  api: ApiName,
  call: { status: number; code: string; fault: boolean; probe: boolean },
): void {
  context.ledger.recordCall({ api, at: new Date().toISOString(), ...call });
}

function toCode({ body }: ApiAnswer): string {
  const isError = body !== null && typeof body === 'object' && 'code' in body;
  return isError && typeof body.code === 'string' ? body.code : '';
}
