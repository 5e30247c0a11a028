import {
  type CombinedPrepay,
  type CombinedToClose,
  toCombinedBody,
  toCombinedCloseBody,
} from './combined-order.ts';
import {
  type JsapiPrepay,
  type NativePrepay,
  parseJsapiAnswer,
  parseNativeAnswer,
  toJsapiBody,
  toNativeBody,
} from './prepay.ts';
import {
  type QueriedParts,
  type QueriedTransaction,
  toQueriedParts,
  toQueriedTransaction,
} from './queried-transaction.ts';
import type { PayRequest } from './send-pay-request.ts';

/** Whose order it is, where a service provider (服务商) asks. */
export interface OrderOwner {
  readonly subMchId?: string | undefined;
}

/** What WeChat Pay is asked about orders. */
export interface OrderCalls {
  /**
   * 预下单. Repeating it with the same content is safe and gives a fresh prepay_id, valid for two hours.
   * @throws AppError ORDER_CONFLICT, ORDER_NOT_PAYABLE, WECHAT_*; `details.queryFirst` where the order may be paid
   */
  prepayJsapi(prepay: JsapiPrepay): Promise<{ prepayId: string }>;
  /** 合单下单: the same for 2 to 10 orders that are paid at once. @throws AppError as prepayJsapi */
  prepayCombined(prepay: CombinedPrepay): Promise<{ prepayId: string }>;
  /**
   * 预下单 of a code that anybody may scan (Native). Repeating it with the same content is safe; the code is valid for two
   * hours, and nobody can pay after `timeExpire`.
   * @throws AppError as prepayJsapi
   */
  prepayNative(prepay: NativePrepay): Promise<{ codeUrl: string }>;
  /** 查单. @throws AppError ORDER_NOT_FOUND where WeChat Pay has no such order, WECHAT_* */
  queryByOutTradeNo(outTradeNo: string, owner?: OrderOwner): Promise<QueriedTransaction>;
  /** 合单查单: of all its parts. @throws AppError as queryByOutTradeNo */
  queryCombined(combineOutTradeNo: string): Promise<QueriedParts>;
  /**
   * 关单: nobody can pay the order any more. Resolves for a repeated close and, at WeChat Pay, for an unknown number
   * too, so that it says nothing about the order: query before and after it.
   * @throws AppError ORDER_PAID_AT_WECHAT, WECHAT_* (also WECHAT_BUSY with `details.queryFirst`, where it met a
   * payment): whether the order is closed is then unknown
   */
  closeByOutTradeNo(outTradeNo: string, owner?: OrderOwner): Promise<void>;
  /** 合单关单: of the whole. @throws AppError as closeByOutTradeNo */
  closeCombined(combined: CombinedToClose): Promise<void>;
}

/** The calls of one merchant; `fire` makes a signed request and gives its verified answer. */
export function createOrderCalls(mchId: string, fire: (request: PayRequest) => Promise<unknown>): OrderCalls {
  return {
    async prepayJsapi(prepay) {
      const body = toJsapiBody(mchId, prepay);
      const isPartner = prepay.subMchId !== undefined;
      const api = isPartner ? 'prepay-partner' : 'prepay-jsapi';
      const path = isPartner ? '/v3/pay/partner/transactions/jsapi' : '/v3/pay/transactions/jsapi';
      return parseJsapiAnswer(await fire({ api, method: 'POST', path, body }));
    },
    async prepayCombined(prepay) {
      const body = toCombinedBody(mchId, prepay);
      const path = '/v3/combine-transactions/jsapi';
      return parseJsapiAnswer(await fire({ api: 'prepay-combined', method: 'POST', path, body }));
    },
    async prepayNative(prepay) {
      const body = toNativeBody(mchId, prepay);
      const path = '/v3/pay/transactions/native';
      return parseNativeAnswer(await fire({ api: 'prepay-native', method: 'POST', path, body }));
    },
    async queryByOutTradeNo(outTradeNo, { subMchId } = {}) {
      const path = `${toOrderPath(outTradeNo, subMchId)}?${toOwnerQuery(mchId, subMchId)}`;
      const json = await fire({ api: 'query-by-out-trade-no', method: 'GET', path });
      return toQueriedTransaction(json, { mchId, outTradeNo, subMchId });
    },
    async queryCombined(combineOutTradeNo) {
      const path = toCombinedPath(combineOutTradeNo);
      const json = await fire({ api: 'query-combined', method: 'GET', path });
      return toQueriedParts(json, { mchId, combineOutTradeNo });
    },
    async closeByOutTradeNo(outTradeNo, { subMchId } = {}) {
      const path = `${toOrderPath(outTradeNo, subMchId)}/close`;
      const body = subMchId === undefined ? { mchid: mchId } : { sp_mchid: mchId, sub_mchid: subMchId };
      await fire({ api: 'close-by-out-trade-no', method: 'POST', path, body });
    },
    async closeCombined(combined) {
      const path = `${toCombinedPath(combined.combineOutTradeNo)}/close`;
      await fire({ api: 'close-combined', method: 'POST', path, body: toCombinedCloseBody(combined) });
    },
  };
}

/** https://pay.weixin.qq.com/doc/v3/merchant/4013070356, https://pay.weixin.qq.com/doc/v3/partner/4012085811 */
function toOrderPath(outTradeNo: string, subMchId: string | undefined): string {
  const family = subMchId === undefined ? '/v3/pay/transactions' : '/v3/pay/partner/transactions';
  return `${family}/out-trade-no/${encodeURIComponent(outTradeNo)}`;
}

function toOwnerQuery(mchId: string, subMchId: string | undefined): string {
  return subMchId === undefined
    ? `mchid=${mchId}`
    : `sp_mchid=${mchId}&sub_mchid=${encodeURIComponent(subMchId)}`;
}

/** https://pay.weixin.qq.com/doc/v3/merchant/4012557010 */
function toCombinedPath(combineOutTradeNo: string): string {
  return `/v3/combine-transactions/out-trade-no/${encodeURIComponent(combineOutTradeNo)}`;
}
