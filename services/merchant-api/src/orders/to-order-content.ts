import { createHash } from 'node:crypto';
import type { CreateOrderRequest, LogisticsType, PrepayOptions } from '@huidiao/contracts';

/** What a client asked for under one order number: two requests with equal content are the same request. */
export interface OrderContent {
  /** The app that the buyer pays in. */
  readonly appId: string;
  readonly subMchId: string | undefined;
  readonly subAppId: string | undefined;
  /** The service provider's app, where `appId` is that of the merchant below it. */
  readonly spAppId: string | undefined;
  readonly outTradeNo: string;
  readonly description: string;
  readonly amountFen: number;
  readonly currency: string;
  readonly openId: string | undefined;
  readonly attach: string | undefined;
  /** Absent where the request says none. */
  readonly prepayOptions: PrepayOptions | undefined;
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
  const { appid, sub_mchid, sub_appid, payer } = request;
  const paysInSub = payer?.sub_openid !== undefined && sub_appid !== undefined;
  return {
    appId: paysInSub ? sub_appid : appid,
    subMchId: sub_mchid,
    subAppId: sub_appid,
    spAppId: paysInSub ? appid : undefined,
    outTradeNo: request.out_trade_no,
    description: request.description,
    amountFen: request.amount.total,
    currency: request.amount.currency,
    openId: payer?.sub_openid ?? payer?.openid,
    attach: request.attach,
    prepayOptions: toPrepayOptions(request),
    timeExpire: request.time_expire === undefined ? undefined : toWholeSeconds(new Date(request.time_expire)),
    logisticsType: request.logistics_type,
    prepay: request.prepay,
  };
}

/** In one fixed order of fields, so that what is sent is the same however the client spelled it. */
function toPrepayOptions(request: CreateOrderRequest): PrepayOptions | undefined {
  const { goods_tag, support_fapiao, detail, scene_info, settle_info } = request;
  const options = {
    ...(goods_tag !== undefined && { goods_tag }),
    ...(support_fapiao !== undefined && { support_fapiao }),
    ...(detail !== undefined && { detail }),
    ...(scene_info !== undefined && { scene_info }),
    ...(settle_info !== undefined && { settle_info }),
  };
  return Object.keys(options).length === 0 ? undefined : options;
}

/**
 * SHA-256 over the content in one fixed order of fields, hexadecimal. Spelling of the JSON does not matter. Content that
 * says nothing of what `v2` adds has the digest that it had before there was a `v2`: orders keep theirs.
 */
export function toContentHash(content: OrderContent): string {
  const { subMchId, subAppId, spAppId, prepayOptions } = content;
  const more = [subMchId, subAppId, spAppId, prepayOptions];
  const isPlain = more.every((fact) => fact === undefined);
  return toHash([
    isPlain ? 'v1' : 'v2',
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
    ...(isPlain ? [] : more.map((fact) => fact ?? null)),
  ]);
}

/** SHA-256 over facts as JSON, hexadecimal. */
export function toHash(facts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(facts), 'utf8').digest('hex');
}

/** The moment without its milliseconds. */
export function toWholeSeconds(moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / 1_000) * 1_000);
}
