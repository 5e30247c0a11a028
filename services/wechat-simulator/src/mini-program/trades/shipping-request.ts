import { z } from 'zod';
import { MiniProgramRefusal } from '../api-error.ts';
import type { Parcel } from './trade-book.ts';

/*
 * What upload_shipping_info and upload_combined_shipping_info check about a request alone.
 * https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_uploadshippinginfo
 */

const contact = z.object({
  consignor_contact: z.string().optional(),
  receiver_contact: z.string().optional(),
});

const parcel = z.object({
  tracking_no: z.string().optional(),
  express_company: z.string().optional(),
  item_desc: z.string().optional(),
  contact: contact.optional(),
});

const orderKey = z.object({
  order_number_type: z.number().optional(),
  transaction_id: z.string().optional(),
  mchid: z.string().optional(),
  out_trade_no: z.string().optional(),
});

const shipment = z.object({
  order_key: orderKey.default({}),
  logistics_type: z.number().optional(),
  delivery_mode: z.number().optional(),
  is_all_delivered: z.boolean().optional(),
  /** An object in place of the list is 47001. */
  shipping_list: z.array(parcel).default([]),
});

const upload = { upload_time: z.string().default(''), payer: z.object({ openid: z.string().default('') }) };

/** Missing members have codes of their own; only wrong types are 47001. */
export const uploadRequest = shipment.extend(upload);
export const combinedUploadRequest = z.object({
  order_key: orderKey.default({}),
  sub_orders: z.array(shipment).default([]),
  ...upload,
});

/** Which payment is meant. */
export type OrderKey =
  | { readonly isTransaction: true; readonly transactionId: string }
  | { readonly isTransaction: false; readonly mchId: string; readonly outTradeNo: string };

/** What is said to be on its way, checked. */
export interface Shipment {
  readonly logisticsType: number;
  readonly deliveryMode: number;
  /** Nothing is left to ship. */
  readonly isAllDelivered: boolean;
  readonly parcels: readonly Parcel[];
}

const express = 1;
const unified = 1;
const split = 2;
export const mostParcels = 15;
const longestId = 128;
const longestDescription = 120;
const longestContact = 1_024;

/** Throws MiniProgramRefusal. */
export function toOrderKey(key: z.output<typeof orderKey>): OrderKey {
  switch (key.order_number_type) {
    case 1:
      if (!key.mchid) throw new MiniProgramRefusal(268485196, '商户侧单号形式下 mchid 字段不能为空');
      if (!key.out_trade_no) {
        throw new MiniProgramRefusal(268485197, '商户侧单号形式下 out_trade_no 字段不能为空');
      }
      return { isTransaction: false, mchId: key.mchid, outTradeNo: key.out_trade_no };
    case 2:
      if (!key.transaction_id) {
        throw new MiniProgramRefusal(268485195, '微信支付单号形式下 transaction_id 字段不能为空');
      }
      return { isTransaction: true, transactionId: key.transaction_id };
    default:
      throw new MiniProgramRefusal(268485194, '订单单号类型非法');
  }
}

/** Milliseconds of an RFC 3339 time with its offset. Throws MiniProgramRefusal. */
export function toUploadMs(uploadTime: string): number {
  const isWritten = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(uploadTime);
  const ms = isWritten ? Date.parse(uploadTime) : Number.NaN;
  if (Number.isNaN(ms)) throw new MiniProgramRefusal(268485216, '上传时间非法，请按照 RFC 3339 格式填写');
  return ms;
}

/** Throws MiniProgramRefusal. */
export function toShipment(wanted: z.output<typeof shipment>, uploadedAtMs: number): Shipment {
  const { logistics_type: logisticsType = 0, delivery_mode: deliveryMode = 0, shipping_list: list } = wanted;
  if (![1, 2, 3, 4].includes(logisticsType)) throw new MiniProgramRefusal(10060005, '物流类型有误');
  if (![unified, split].includes(deliveryMode)) throw new MiniProgramRefusal(268485224, '发货模式非法');
  const isSplit = deliveryMode === split;
  if (isSplit && logisticsType !== express) {
    throw new MiniProgramRefusal(10060006, '非快递发货时不允许分拆发货');
  }
  if (isSplit && wanted.is_all_delivered === undefined) {
    throw new MiniProgramRefusal(10060007, '分拆发货模式下必须填写 is_all_delivered 字段');
  }
  if (list.length > mostParcels) throw new MiniProgramRefusal(10060024, '物流信息列表太长');
  if (!isSplit && list.length !== 1) {
    throw new MiniProgramRefusal(268485228, '统一发货模式下，物流信息列表长度必须为 1');
  }
  if (list.length === 0) throw new MiniProgramRefusal(10060014, '参数错误: shipping_list');
  return {
    logisticsType,
    deliveryMode,
    isAllDelivered: !isSplit || wanted.is_all_delivered === true,
    parcels: list.map((one) => toParcel(one, logisticsType, Math.floor(uploadedAtMs / 1_000))),
  };
}

function toParcel(wanted: z.output<typeof parcel>, logisticsType: number, uploadTime: number): Parcel {
  const { tracking_no: trackingNo, express_company: expressCompany, item_desc: itemDesc } = wanted;
  if (!itemDesc) throw new MiniProgramRefusal(10060008, '商品描述 item_desc 字段不能为空');
  if ([...itemDesc].length > longestDescription) {
    throw new MiniProgramRefusal(10060009, '商品描述 item_desc 字段太长');
  }
  if (logisticsType === express) {
    if (!trackingNo) throw new MiniProgramRefusal(268485226, '物流单号不能为空');
    if (!expressCompany) throw new MiniProgramRefusal(268485227, '物流公司编码不能为空');
  }
  if (isTooLong(expressCompany)) throw new MiniProgramRefusal(10060025, '物流公司编码太长');
  if (isTooLong(trackingNo)) throw new MiniProgramRefusal(10060026, '物流单号太长');
  return {
    trackingNo,
    expressCompany,
    itemDesc,
    ...toContacts(wanted.contact, logisticsType === express && expressCompany === 'SF'),
    uploadTime,
  };
}

function isTooLong(id: string | undefined): boolean {
  return Buffer.byteLength(id ?? '') > longestId;
}

/** SF wants one of the two. The last four digits of a number are readable: 021-****1234, 0**2-******23-10. */
function toContacts(
  { consignor_contact: consignorContact, receiver_contact: receiverContact }: z.output<typeof contact> = {},
  isNeeded: boolean,
): Pick<Parcel, 'consignorContact' | 'receiverContact'> {
  const given = [consignorContact, receiverContact].filter((one) => one !== undefined && one !== '');
  const isReadable = given.every(
    (one = '') => /\d{4}$/.test(one.replaceAll('-', '')) && one.length <= longestContact,
  );
  if (!isReadable || (isNeeded && given.length === 0)) {
    throw new MiniProgramRefusal(10060014, '参数错误: 使用顺丰时联系方式必填，最后4位数字不能打掩码');
  }
  return { consignorContact, receiverContact };
}
