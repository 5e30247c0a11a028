import { randomBytes } from 'node:crypto';
import { type Clock, type Merchant, type RequestPaymentParameters, systemClock } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import { createBreaker, type Logger, type Metrics } from '@huidiao/runtime';
import { createHttpAgents } from '../http/http-agents.ts';
import { measureRequest } from '../http/measure-request.ts';
import { downloadBill, toBillUrl } from './bill/download-bill.ts';
import { type BillCalls, createBillCalls } from './bill/trade-bill.ts';
import { createPayCaller } from './create-pay-caller.ts';
import { createOrderCalls, type OrderCalls } from './order-calls.ts';
import { createPlatformKeys, type EncryptionKeys, type PlatformKeys } from './platform-keys.ts';
import { createRefundCalls, type RefundCalls } from './refund-calls.ts';
import { toRequestPaymentParameters } from './request-payment.ts';
import { assertEchoed, type SecurityEcho, toEchoBody } from './security-echo.ts';
import { type PayRequest, sendPayRequest } from './send-pay-request.ts';

/** WeChat Pay for one merchant. Every answer is verified; every failure is an AppError. */
export interface PayClient extends OrderCalls, RefundCalls, BillCalls {
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
  readonly keys?: PlatformKeys & EncryptionKeys;
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
    ...createOrderCalls(merchant.mchId, (request) => breaker.fire(request)),
    ...createRefundCalls(keys, (request) => breaker.fire(request)),
    ...createBillCalls({
      fire: (request) => breaker.fire(request),
      download: (downloadUrl, signal) => downloadBill(caller, toBillUrl(downloadUrl, baseUrl), signal),
    }),
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
