import { randomBytes } from 'node:crypto';
import { type Clock, type Merchant, type RequestPaymentParameters, systemClock } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import { createBreaker, type Logger, type Metrics } from '@huidiao/runtime';
import { createHttpAgents } from '../http/http-agents.ts';
import { measureRequest } from '../http/measure-request.ts';
import { createPayCaller } from './create-pay-caller.ts';
import { createPlatformKeys, type PlatformKeys } from './platform-keys.ts';
import {
  type JsapiPrepay,
  type NativePrepay,
  parseJsapiAnswer,
  parseNativeAnswer,
  toJsapiBody,
  toNativeBody,
} from './prepay.ts';
import { type QueriedRefund, toQueriedRefund } from './queried-refund.ts';
import { type QueriedTransaction, toQueriedTransaction } from './queried-transaction.ts';
import { type RefundRequest, toRefundBody } from './refund-request.ts';
import { toRequestPaymentParameters } from './request-payment.ts';
import { assertEchoed, type SecurityEcho, toEchoBody } from './security-echo.ts';
import { type PayRequest, sendPayRequest } from './send-pay-request.ts';

/** WeChat Pay for one merchant. Every answer is verified; every failure is an AppError. */
export interface PayClient {
  /**
   * 预下单. Repeating it with the same content is safe and gives a fresh prepay_id, valid for two hours.
   * @throws AppError ORDER_CONFLICT, ORDER_NOT_PAYABLE, WECHAT_*; `details.queryFirst` where the order may be paid
   */
  prepayJsapi(prepay: JsapiPrepay): Promise<{ prepayId: string }>;
  /**
   * 预下单 of a code that anybody may scan (Native). Repeating it with the same content is safe; the code is valid for two
   * hours, and nobody can pay after `timeExpire`.
   * @throws AppError as prepayJsapi
   */
  prepayNative(prepay: NativePrepay): Promise<{ codeUrl: string }>;
  /** 查单. @throws AppError ORDER_NOT_FOUND where WeChat Pay has no such order, WECHAT_* */
  queryByOutTradeNo(outTradeNo: string): Promise<QueriedTransaction>;
  /**
   * 关单: nobody can pay the order any more. Resolves for a repeated close and, at WeChat Pay, for an unknown number
   * too, so that it says nothing about the order: query before and after it.
   * @throws AppError ORDER_PAID_AT_WECHAT, WECHAT_* (also WECHAT_BUSY with `details.queryFirst`, where it met a
   * payment): whether the order is closed is then unknown
   */
  closeByOutTradeNo(outTradeNo: string): Promise<void>;
  /**
   * 申请退款. The answer says that the refund was accepted, not that it is done. After any failure query it first;
   * repeating it with the same number and content is safe.
   * @throws AppError ORDER_NOT_FOUND where there is no such payment, WECHAT_*; `details.queryFirst` where it may have
   * been accepted
   */
  createRefund(refund: RefundRequest): Promise<QueriedRefund>;
  /**
   * What became of a refund, ours or one made in the merchant platform's console.
   * `subMchId`: of which merchant, where a service provider asks.
   * @throws AppError WECHAT_NOT_FOUND where WeChat Pay has no such refund, WECHAT_*
   */
  queryRefund(outRefundNo: string, of?: { readonly subMchId?: string | undefined }): Promise<QueriedRefund>;
  /**
   * Lets WeChat Pay test signatures both ways, and send SECURITY_ECHO.SUCCESS. For service providers (服务商) and
   * platforms, not for every merchant.
   * @throws AppError WECHAT_REFUSED where the merchant may not, WECHAT_*
   */
  securityEcho(echo: SecurityEcho): Promise<void>;
  /** What the mini-program passes to wx.requestPayment; signed now, calls nobody. */
  requestPaymentParameters(payment: { appId: string; prepayId: string }): RequestPaymentParameters;
  /** Ends the breaker's timers and the connections. */
  close(): void;
}

export interface PayClientOptions {
  readonly merchant: Merchant;
  /** What answers are verified with; default: the keys that the merchant's configuration names. */
  readonly keys?: PlatformKeys;
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
  const { baseUrl, timeoutMs = 5_000, keys = createPlatformKeys(merchant) } = options;
  const agents = createHttpAgents();
  const caller = createPayCaller({ merchant, keys, baseUrl, timeoutMs, clock, agents });
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
      const body = toJsapiBody(merchant.mchId, prepay);
      const path = '/v3/pay/transactions/jsapi';
      return parseJsapiAnswer(await breaker.fire({ api: 'prepay-jsapi', method: 'POST', path, body }));
    },
    async prepayNative(prepay) {
      const body = toNativeBody(merchant.mchId, prepay);
      const path = '/v3/pay/transactions/native';
      return parseNativeAnswer(await breaker.fire({ api: 'prepay-native', method: 'POST', path, body }));
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
    async createRefund(refund) {
      const path = '/v3/refund/domestic/refunds';
      const body = toRefundBody(refund);
      return toQueriedRefund(
        await breaker.fire({ api: 'create-refund', method: 'POST', path, body }),
        refund,
      );
    },
    async queryRefund(outRefundNo, { subMchId } = {}) {
      const query = subMchId === undefined ? '' : `?sub_mchid=${encodeURIComponent(subMchId)}`;
      const path = `/v3/refund/domestic/refunds/${encodeURIComponent(outRefundNo)}${query}`;
      return toQueriedRefund(await breaker.fire({ api: 'query-refund', method: 'GET', path }), {
        outRefundNo,
      });
    },
    async securityEcho(echo) {
      const path = '/v3/security/echo';
      const { keyId: answerKeyId } = echo;
      const body = toEchoBody(echo);
      const request: PayRequest = { api: 'security-echo', method: 'POST', path, body, answerKeyId };
      assertEchoed(await breaker.fire(request), echo);
    },
    requestPaymentParameters({ appId, prepayId }) {
      const timestamp = Math.floor(clock.now().getTime() / 1000);
      const nonce = randomBytes(16).toString('hex');
      return toRequestPaymentParameters({
        appId,
        prepayId,
        privateKey: caller.signer.privateKey,
        timestamp,
        nonce,
      });
    },
    close() {
      breaker.close();
      agents.close();
    },
  };
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
