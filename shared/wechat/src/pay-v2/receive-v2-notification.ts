import type { Merchant } from '@huidiao/contracts';
import type { GenuineCallback } from '../genuine-callback.ts';
import { toFlatFields } from '../xml/flat-fields.ts';
import { parseXml } from '../xml/parse-xml.ts';
import { openReqInfo, toReqInfoKey } from './open-req-info.ts';
import { toV2Callback, toV2NotificationId, toV2RefundCallback, type V2EventType } from './to-v2-callback.ts';
import { findV2SignFault, type V2Fields, type V2SignFault } from './v2-sign.ts';

/** What receiving for one merchant through API v2 needs, made once. Never log one. */
export interface ReceivingMerchantV2 {
  readonly mchId: string;
  /** The current one first. */
  readonly apiV2Keys: readonly string[];
  /** Made from them, in the same order. */
  readonly reqInfoKeys: readonly Buffer[];
}

/** Undefined for a merchant without APIv2密钥, for whom nothing comes through API v2. */
export function createReceivingMerchantV2(merchant: Merchant): ReceivingMerchantV2 | undefined {
  if (merchant.apiV2Key === undefined) return undefined;
  const apiV2Keys = [merchant.apiV2Key, merchant.apiV2KeyPrevious].filter((key) => key !== undefined);
  return { mchId: merchant.mchId, apiV2Keys, reqInfoKeys: apiV2Keys.map(toReqInfoKey) };
}

/** Everything by which a callback of API v2 can fail to be genuine. For logs and metrics: the answer never tells. */
export type V2NotAuthenticReason =
  | 'xml_refused'
  | 'fields_not_flat'
  | V2SignFault
  | 'req_info_malformed'
  | 'ids_of_another_merchant';

export type V2NotificationOutcome =
  /** Refuse it, and let the answer say nothing. */
  | { readonly kind: 'not-authentic'; readonly reason: V2NotAuthenticReason }
  /** A refund that none of our APIv2 keys opens: our configuration is at fault, or somebody made it up. */
  | {
      readonly kind: 'not-openable';
      readonly reason: 'req_info_of_another_key';
      readonly notificationId: string;
      readonly eventType: V2EventType;
    }
  | { readonly kind: 'genuine'; readonly callback: GenuineCallback };

/**
 * The way of a notification of API v2 once its body is read: parse, verify or open, compare the ids, tell what it
 * says. Pure, and throws on no input. Payments and contracts are signed; refunds are not, but encrypted with our key.
 * https://pay.weixin.qq.com/wiki/doc/api/jsapi.php?chapter=9_7, https://pay.weixin.qq.com/doc/v2/partner/4011989265
 */
export function receiveV2Notification(body: Buffer, merchant: ReceivingMerchantV2): V2NotificationOutcome {
  const root = parseXml(body);
  if (root?.name !== 'xml') return { kind: 'not-authentic', reason: 'xml_refused' };
  const flat = toFlatFields(root);
  if (flat === undefined) return { kind: 'not-authentic', reason: 'fields_not_flat' };
  // The sign covers no empty field, so anybody may have put one there: what is told must not depend on it.
  const fields: V2Fields = new Map([...flat].filter(([, value]) => value !== ''));
  const fault = findV2SignFault(fields, merchant.apiV2Keys);
  const reqInfo = fields.get('req_info');
  if (reqInfo !== undefined && (fault === undefined || fault === 'sign_missing')) {
    return receiveRefund(fields, reqInfo, merchant);
  }
  if (fault !== undefined) return { kind: 'not-authentic', reason: fault };
  // One that names nobody is kept: our key signed it all the same.
  const mchId = fields.get('mch_id') || merchant.mchId;
  if (mchId !== merchant.mchId) return { kind: 'not-authentic', reason: 'ids_of_another_merchant' };
  return { kind: 'genuine', callback: toV2Callback(merchant.mchId, fields) };
}

/**
 * mch_id must be the merchant: a service provider's own, of whose merchants sub_mch_id names one. Of the apps any may
 * be meant, for refunds made in the merchant platform's console are told at one address whatever the app.
 */
function receiveRefund(
  fields: V2Fields,
  reqInfo: string,
  merchant: ReceivingMerchantV2,
): V2NotificationOutcome {
  if (fields.get('mch_id') !== merchant.mchId) {
    return { kind: 'not-authentic', reason: 'ids_of_another_merchant' };
  }
  const opened = openReqInfo(reqInfo, merchant.reqInfoKeys);
  if (opened.opened) {
    return { kind: 'genuine', callback: toV2RefundCallback(merchant.mchId, fields, opened.fields) };
  }
  const { reason } = opened;
  if (reason === 'req_info_malformed') return { kind: 'not-authentic', reason };
  const notificationId = toV2NotificationId(fields);
  return { kind: 'not-openable', reason, notificationId, eventType: 'v2.refund' };
}
