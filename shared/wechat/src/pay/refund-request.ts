/** Goods that are given back (退款商品). */
export interface RefundedGoods {
  readonly merchantGoodsId: string;
  readonly goodsName?: string | undefined;
  readonly wechatpayGoodsId?: string | undefined;
  readonly unitPriceFen: number;
  readonly refundFen: number;
  readonly refundQuantity: number;
}

/** A refund (退款) to be made. The number decides: asking again with the same one gives back no more. */
export interface RefundRequest {
  /** Of the order that was paid. */
  readonly outTradeNo: string;
  /** Of the payment, where the order has several; it then goes before the order's number. */
  readonly transactionId?: string | undefined;
  /** 子商户号, where a service provider asks. */
  readonly subMchId?: string | undefined;
  /** 商户退款单号. A refund that was CLOSED wants another one. */
  readonly outRefundNo: string;
  readonly refundFen: number;
  /** What was paid. */
  readonly totalFen: number;
  readonly currency: string;
  /** Told to the buyer; at most 80 characters. */
  readonly reason?: string | undefined;
  readonly goods?: readonly RefundedGoods[] | undefined;
  /** Where the money is taken from, by WeChat's own word. */
  readonly fundsAccount?: string | undefined;
  /** Goes before the address that the merchant platform has (退款通知地址). */
  readonly notifyUrl?: string | undefined;
}

/** https://pay.weixin.qq.com/doc/v3/merchant/4012791883. The same refund always makes the same body. */
export function toRefundBody(refund: RefundRequest): Record<string, unknown> {
  const { subMchId, transactionId, outTradeNo, reason, notifyUrl, fundsAccount, goods } = refund;
  return {
    ...(subMchId === undefined ? {} : { sub_mchid: subMchId }),
    ...(transactionId === undefined ? { out_trade_no: outTradeNo } : { transaction_id: transactionId }),
    out_refund_no: refund.outRefundNo,
    ...(reason === undefined ? {} : { reason }),
    ...(notifyUrl === undefined ? {} : { notify_url: notifyUrl }),
    ...(fundsAccount === undefined ? {} : { funds_account: fundsAccount }),
    amount: { refund: refund.refundFen, total: refund.totalFen, currency: refund.currency },
    ...(goods === undefined ? {} : { goods_detail: goods.map(toGoodsBody) }),
  };
}

function toGoodsBody(goods: RefundedGoods): Record<string, unknown> {
  const { goodsName, wechatpayGoodsId } = goods;
  return {
    merchant_goods_id: goods.merchantGoodsId,
    ...(wechatpayGoodsId === undefined ? {} : { wechatpay_goods_id: wechatpayGoodsId }),
    ...(goodsName === undefined ? {} : { goods_name: goodsName }),
    unit_price: goods.unitPriceFen,
    refund_amount: goods.refundFen,
    refund_quantity: goods.refundQuantity,
  };
}
