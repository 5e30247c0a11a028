import { createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import { type Clock, type Merchant, type RequestPaymentParameters, systemClock } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import { createBreaker, type Logger, type Metrics } from '@huidiao/runtime';
import { z } from 'zod';
import { createHttpAgents } from '../http/http-agents.ts';
import { measureRequest } from '../http/measure-request.ts';
import { createPlatformKeys } from './platform-keys.ts';
import { type QueriedTransaction, toQueriedTransaction } from './queried-transaction.ts';
import { toRequestPaymentParameters } from './request-payment.ts';
import { type PayCaller, type PayRequest, sendPayRequest } from './send-pay-request.ts';
import { toBeijingTime } from './to-beijing-time.ts';

export interface JsapiPrepay {
  /** One of the merchant's apps, the one that the openid belongs to. */
  readonly appId: string;
  /** At most 127 characters. */
  readonly description: string;
  readonly outTradeNo: string;
  readonly amountFen: number;
  readonly currency: string;
  readonly openId: string;
  /** 支付通知地址: absolute, https, without a query, at most 255 characters. */
  readonly notifyUrl: string;
  /** After it nobody can pay; without it an order could be paid for 7 days. */
  readonly timeExpire: Date;
  readonly attach?: string | undefined;
}

/** WeChat Pay for one merchant. Every answer is verified; every failure is an AppError. */
export interface PayClient {
  /**
   * 预下单. Repeating it with the same content is safe and gives a fresh prepay_id, valid for two hours.
   * @throws AppError ORDER_CONFLICT, ORDER_NOT_PAYABLE, WECHAT_*; `details.queryFirst` where the order may be paid
   */
  prepayJsapi(prepay: JsapiPrepay): Promise<{ prepayId: string }>;
  /** 查单. @throws AppError ORDER_NOT_FOUND where WeChat Pay has no such order, WECHAT_* */
  queryByOutTradeNo(outTradeNo: string): Promise<QueriedTransaction>;
  /**
   * 关单: nobody can pay the order any more. Resolves for a repeated close and, at WeChat Pay, for an unknown number
   * too, so that it says nothing about the order: query before and after it.
   * @throws AppError ORDER_PAID_AT_WECHAT, WECHAT_* (also WECHAT_BUSY with `details.queryFirst`, where it met a
   * payment): whether the order is closed is then unknown
   */
  closeByOutTradeNo(outTradeNo: string): Promise<void>;
  /** What the mini-program passes to wx.requestPayment; signed now, calls nobody. */
  requestPaymentParameters(payment: { appId: string; prepayId: string }): RequestPaymentParameters;
  /** Ends the breaker's timers and the connections. */
  close(): void;
}

export interface PayClientOptions {
  readonly merchant: Merchant;
  /** https://api.mch.weixin.qq.com */
  readonly baseUrl: string;
  readonly clock?: Clock;
  /** Default 5 s. */
  readonly timeoutMs?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A probe or a refusal says that WeChat Pay is there; only these speak against it. */
const countedFailures = new Set<string>(['WECHAT_UNREACHABLE', 'WECHAT_SYSTEM_ERROR']);

/** Makes the client of one merchant. @throws AppError CONFIG_INVALID on keys that cannot be used */
export function createPayClient(options: PayClientOptions): PayClient {
  const { merchant, logger, metrics, clock = systemClock } = options;
  const privateKey = parsePrivateKey(merchant);
  const agents = createHttpAgents();
  const caller: PayCaller = {
    signer: { mchId: merchant.mchId, merchantSerialNo: merchant.merchantSerialNo, privateKey },
    keys: createPlatformKeys(merchant),
    answerKeyId: merchant.wechatpayPublicKeys[0]?.id,
    baseUrl: options.baseUrl,
    timeoutMs: options.timeoutMs ?? 5_000,
    clock,
    agents,
  };
  const breaker = createBreaker({
    name: `wechat-pay/${merchant.mchId}`,
    action: (request: PayRequest) =>
      measureRequest(metrics, request.api, () => sendPayRequest(caller, request)).catch((error) => {
        noteNotAuthentic(error, logger, metrics, merchant.mchId);
        throw error;
      }),
    openCode: 'WECHAT_BREAKER_OPEN',
    failureCounts: (error) => countedFailures.has(toAppError(error).code),
    metrics,
    logger,
  });
  return {
    async prepayJsapi(prepay) {
      const body = toPrepayBody(merchant.mchId, prepay);
      const path = '/v3/pay/transactions/jsapi';
      return parsePrepayAnswer(await breaker.fire({ api: 'prepay-jsapi', method: 'POST', path, body }));
    },
    async queryByOutTradeNo(outTradeNo) {
      const path = `/v3/pay/transactions/out-trade-no/${encodeURIComponent(outTradeNo)}?mchid=${merchant.mchId}`;
      const json = await breaker.fire({ api: 'query-by-out-trade-no', method: 'GET', path });
      return toQueriedTransaction(json, { mchId: merchant.mchId, outTradeNo });
    },
    async closeByOutTradeNo(outTradeNo) {
      const path = `/v3/pay/transactions/out-trade-no/${encodeURIComponent(outTradeNo)}/close`;
      const body = { mchid: merchant.mchId };
      await breaker.fire({ api: 'close-by-out-trade-no', method: 'POST', path, body });
    },
    requestPaymentParameters({ appId, prepayId }) {
      const timestamp = Math.floor(clock.now().getTime() / 1000);
      const nonce = randomBytes(16).toString('hex');
      return toRequestPaymentParameters({ appId, prepayId, privateKey, timestamp, nonce });
    },
    close() {
      breaker.close();
      agents.close();
    },
  };
}

/** https://pay.weixin.qq.com/doc/v3/merchant/4012525167. The same order always makes the same body. */
function toPrepayBody(mchId: string, prepay: JsapiPrepay): Record<string, unknown> {
  return {
    appid: prepay.appId,
    mchid: mchId,
    description: prepay.description,
    out_trade_no: prepay.outTradeNo,
    time_expire: toBeijingTime(prepay.timeExpire),
    ...(prepay.attach === undefined ? {} : { attach: prepay.attach }),
    notify_url: prepay.notifyUrl,
    amount: { total: prepay.amountFen, currency: prepay.currency },
    payer: { openid: prepay.openId },
  };
}

const prepayAnswer = z.looseObject({ prepay_id: z.string().regex(/^[\x21-\x7e]{1,128}$/) });

function parsePrepayAnswer(json: unknown): { prepayId: string } {
  const parsed = prepayAnswer.safeParse(json);
  if (parsed.success) return { prepayId: parsed.data.prepay_id };
  throw new AppError('WECHAT_SYSTEM_ERROR', { details: { reason: 'answer_not_understood' } });
}

function parsePrivateKey(merchant: Merchant): KeyObject {
  try {
    const key = createPrivateKey(merchant.merchantPrivateKeyPem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // Falls through: the cause could quote the key.
  }
  throw new AppError('CONFIG_INVALID', {
    message: `the API private key (商户API私钥) of ${merchant.mchId} is not an RSA key in PEM`,
  });
}

function noteNotAuthentic(error: unknown, logger: Logger, metrics: Metrics, mchId: string): void {
  if (!(error instanceof AppError) || error.code !== 'WECHAT_RESPONSE_NOT_AUTHENTIC') return;
  const reason = String(error.details.reason);
  const event = 'wechat_pay.answer_not_authentic';
  logger.warn({ event, mchId, ...error.details }, event);
  metrics
    .counter({
      name: 'huidiao_wechat_pay_answers_not_authentic_total',
      help: 'Answers of WeChat Pay whose signature does not verify, by reason; signature_probe is WeChat Pay testing us',
      labelNames: ['reason'],
    })
    .inc({ reason });
}
