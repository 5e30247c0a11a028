import { type DeliveryMode, deliveryModes, type LogisticsType } from '@huidiao/contracts';
import { toBeijingTime } from '../pay/to-beijing-time.ts';

/** A parcel as WeChat is told of it. */
export interface UploadedItem {
  readonly itemDesc: string;
  readonly trackingNo?: string | undefined;
  readonly expressCompany?: string | undefined;
  readonly consignorContact?: string | undefined;
  readonly receiverContact?: string | undefined;
}

/** What WeChat is told of the shipment of a payment. */
export interface ShippingUpload {
  /**
   * Which payment. A part of a combined one is known by its place in that, and by merchants' numbers alone: of the whole
   * WeChat Pay tells no number of its own.
   */
  readonly payment:
    | { readonly transactionId: string }
    | {
        readonly combined: { readonly mchId: string; readonly outTradeNo: string };
        /** The mchid that took this part, or the sub_mchid. */
        readonly mchId: string;
        readonly outTradeNo: string;
      };
  readonly logisticsType: LogisticsType;
  readonly deliveryMode: DeliveryMode;
  readonly isAllDelivered: boolean;
  /** 1 to 15; exactly one where unified. */
  readonly items: readonly UploadedItem[];
  /** Newer than that of the upload before. */
  readonly uploadTime: Date;
  /** The payer's, in this very app. */
  readonly openId: string;
}

/**
 * The body of an upload, and which of the two APIs takes it. sub_orders of a combined payment may be some of its orders:
 * each is shipped when it is.
 * https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_uploadshippinginfo
 * https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_uploadcombinedshippinginfo
 */
export function toUploadBody(upload: ShippingUpload) {
  const { payment, uploadTime, openId } = upload;
  const shared = { upload_time: toBeijingTime(uploadTime), payer: { openid: openId } };
  const shipment = toShipment(upload);
  if ('transactionId' in payment) {
    const order_key = { order_number_type: 2, transaction_id: payment.transactionId };
    return { api: 'upload_shipping_info', body: { order_key, ...shipment, ...shared } } as const;
  }
  const sub_orders = [{ order_key: toNumberKey(payment), ...shipment }];
  const body = { order_key: toNumberKey(payment.combined), sub_orders, ...shared };
  return { api: 'upload_combined_shipping_info', body } as const;
}

function toNumberKey({ mchId, outTradeNo }: { readonly mchId: string; readonly outTradeNo: string }) {
  return { order_number_type: 1, mchid: mchId, out_trade_no: outTradeNo };
}

function toShipment({ logisticsType, deliveryMode, isAllDelivered, items }: ShippingUpload) {
  return {
    logistics_type: logisticsType,
    delivery_mode: deliveryMode,
    ...(deliveryMode === deliveryModes.split && { is_all_delivered: isAllDelivered }),
    // A list also where it is one: an object is 47001.
    shipping_list: items.map(toListItem),
  };
}

function toListItem(item: UploadedItem) {
  const { trackingNo, expressCompany, consignorContact, receiverContact } = item;
  const contact = {
    ...(consignorContact !== undefined && { consignor_contact: consignorContact }),
    ...(receiverContact !== undefined && { receiver_contact: receiverContact }),
  };
  return {
    ...(trackingNo !== undefined && { tracking_no: trackingNo }),
    ...(expressCompany !== undefined && { express_company: expressCompany }),
    item_desc: item.itemDesc,
    ...(Object.keys(contact).length > 0 && { contact }),
  };
}
