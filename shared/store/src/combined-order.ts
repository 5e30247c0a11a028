/** One of the orders of a combined payment (子单): its content is that of the order of this number. */
export interface CombinedOrderPart {
  /** 商户号 of the part: the combined order's, or another one that is paid along with it. */
  mchId: string;
  outTradeNo: string;
  /** 子商户号, where a service provider is `mchId`. */
  subMchId?: string;
}

/**
 * A combined order (合单): 2 to 10 orders of one buyer that are prepaid, signed, paid and closed as a whole. Its parts are
 * orders of their own under the same `mchId`, with all that becomes of them; here is only what binds them. Who buys is
 * said by the parts.
 */
export interface CombinedOrder {
  /** toOrderId(mchId, combineOutTradeNo). */
  id: string;
  mchId: string;
  combineOutTradeNo: string;
  appId: string;
  parts: CombinedOrderPart[];
  timeExpire: Date;
  notifyUrl: string;
  prepayId?: string;
  prepayIdExpiresAt?: Date;
  /** Tells a repeated registration from one with other content under the same number. */
  contentHash: string;
  /** Counts every change. */
  version: number;
  createdAt: Date;
}

/** What the one who registers a combined order must know of it. */
export type NewCombinedOrder = Omit<
  CombinedOrder,
  'id' | 'version' | 'createdAt' | 'prepayId' | 'prepayIdExpiresAt'
>;
