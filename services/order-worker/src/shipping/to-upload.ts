import type { Order, OrderShipment } from '@huidiao/store';
import type { ShippingUpload, UploadTrace } from '@huidiao/wechat';

/** What WeChat is told of a shipment whose sending was begun. @param openId the payer's */
export function toUpload(order: Order, shipment: OrderShipment, openId: string): ShippingUpload {
  const { logisticsType, deliveryMode, isAllDelivered, items, uploadTime, createdAt } = shipment;
  return {
    payment: toPayment(order),
    logisticsType,
    deliveryMode,
    isAllDelivered,
    items,
    uploadTime: uploadTime ?? createdAt,
    openId,
  };
}

/**
 * A part of a combined payment is known to WeChat by the whole and its own number. Each part is shipped when it is: the
 * page asks for no others with it.
 */
function toPayment(order: Order): ShippingUpload['payment'] {
  const { mchId, outTradeNo, combineOutTradeNo, transactionId = '', payment, subMchId } = order;
  if (combineOutTradeNo === undefined) return { transactionId };
  const combined = { mchId, outTradeNo: combineOutTradeNo };
  return { combined, mchId: payment?.subMchId ?? subMchId ?? mchId, outTradeNo };
}

/** What the shipment is recognised by in what WeChat knows. */
export function toTrace({ logisticsType, isAllDelivered, isReplacement, items }: OrderShipment): UploadTrace {
  return { logisticsType, isAllDelivered, isReplacement, items };
}
