/** A refund (退款) to be made. The number decides: asking again with the same one gives back no more. */
export interface RefundRequest {
  /** Of the order that was paid. */
  readonly outTradeNo: string;
  /** 商户退款单号. A refund that was CLOSED wants another one. */
  readonly outRefundNo: string;
  readonly refundFen: number;
  /** The order's amount. */
  readonly totalFen: number;
  readonly currency: string;
  /** Told to the buyer; at most 80 characters. */
  readonly reason?: string | undefined;
  /** Goes before the address that the merchant platform has (退款通知地址). */
  readonly notifyUrl: string;
}

/** https://pay.weixin.qq.com/doc/v3/merchant/4012556457. The same refund always makes the same body. */
export function toRefundBody(refund: RefundRequest): Record<string, unknown> {
  return {
    out_trade_no: refund.outTradeNo,
    out_refund_no: refund.outRefundNo,
    ...(refund.reason === undefined ? {} : { reason: refund.reason }),
    notify_url: refund.notifyUrl,
    amount: { refund: refund.refundFen, total: refund.totalFen, currency: refund.currency },
  };
}
