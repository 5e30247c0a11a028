import { createHash } from 'node:crypto';
import type { CreateOrderRequest, LogisticsType } from '@huidiao/contracts';

/** What a client asked for under one order number: two requests with equal content are the same request. */
export interface OrderContent {
  readonly appId: string;
  readonly outTradeNo: string;
  readonly description: string;
  readonly amountFen: number;
  readonly currency: string;
  readonly openId: string | undefined;
  readonly attach: string | undefined;
  /** Only what the client itself wrote, in whole seconds; the default is no part of the content. */
  readonly timeExpire: Date | undefined;
  readonly logisticsType: LogisticsType;
  readonly prepay: boolean;
}

/**
 * The content of a request. `time_expire` is cut to whole seconds, as WeChat Pay's format has no fractions:
 * what is stored is then exactly what is sent, now and when it is sent again.
 */
export function toOrderContent(request: CreateOrderRequest): OrderContent {
  return {
    appId: request.appid,
    outTradeNo: request.out_trade_no,
    description: request.description,
    amountFen: request.amount.total,
    currency: request.amount.currency,
    openId: request.payer?.openid,
    attach: request.attach,
    timeExpire: request.time_expire === undefined ? undefined : toWholeSeconds(new Date(request.time_expire)),
    logisticsType: request.logistics_type,
    prepay: request.prepay,
  };
}

/** SHA-256 over the content in one fixed order of fields, hexadecimal. Spelling of the JSON does not matter. */
export function toContentHash(content: OrderContent): string {
  const canonical = JSON.stringify([
    'v1',
    content.appId,
    content.outTradeNo,
    content.description,
    content.amountFen,
    content.currency,
    content.openId ?? null,
    content.attach ?? null,
    content.timeExpire?.getTime() ?? null,
    content.logisticsType,
    content.prepay,
  ]);
  return createHash('sha256').update(canonical, 'utf8').digest('hex');
}

/** The moment without its milliseconds. */
export function toWholeSeconds(moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / 1_000) * 1_000);
}
