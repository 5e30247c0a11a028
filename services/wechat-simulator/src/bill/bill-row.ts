import { createRefundId, createTransactionId } from '../events/event-subject.ts';
import type { Order } from '../pay/order-book.ts';
import type { Refund, RefundState } from '../pay/refund-book.ts';

/** What a bill calls the states of refunds. https://pay.weixin.qq.com/doc/v3/merchant/4013071246 */
export type BilledRefundState = 'SUCCESS' | 'PROCESSING' | 'FAIL' | 'CHANGE';

/** A line of a trade bill: a payment, or a refund of one. Times are Beijing's, as in `2026-11-22 18:00:00`. */
export interface BillRow {
  readonly time: string;
  readonly appId: string;
  readonly mchId: string;
  /** 特约商户号: of service providers only. */
  readonly subMchId?: string | undefined;
  readonly transactionId: string;
  readonly outTradeNo: string;
  readonly openId: string;
  readonly tradeType: string;
  readonly currency: string;
  readonly totalFen: number;
  readonly description: string;
  readonly attach: string;
  /** Makes it the line of a refund; `time` is then when it was applied for. */
  readonly refund?:
    | {
        readonly outRefundNo: string;
        readonly refundId: string;
        readonly refundFen: number;
        readonly state: BilledRefundState;
        readonly succeededAt: string | undefined;
      }
    | undefined;
}

/** What has to be said of a line that this simulator did not make, such as that of another till. */
export interface BillRowToAdd extends Partial<Omit<BillRow, 'mchId' | 'refund'>> {
  readonly outTradeNo: string;
  readonly totalFen: number;
  readonly refund?:
    | {
        readonly outRefundNo: string;
        readonly refundFen: number;
        readonly refundId?: string | undefined;
        readonly state?: BilledRefundState | undefined;
      }
    | undefined;
}

/** Makes up the rest: noon of that day. */
export function completeBillRow(mchId: string, billDate: string, row: BillRowToAdd): BillRow {
  const { refund } = row;
  const known = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
  const time = row.time ?? `${billDate} 12:00:00`;
  return {
    appId: 'wx00000000000other',
    transactionId: createTransactionId(),
    openId: 'oBuyerAtAnotherTill',
    tradeType: 'MICROPAY',
    currency: 'CNY',
    description: '门店消费',
    attach: '',
    ...(known as BillRowToAdd),
    time,
    mchId,
    refund: refund && {
      outRefundNo: refund.outRefundNo,
      refundFen: refund.refundFen,
      refundId: refund.refundId ?? createRefundId(),
      state: refund.state ?? 'SUCCESS',
      succeededAt: (refund.state ?? 'SUCCESS') === 'SUCCESS' ? time : undefined,
    },
  };
}

/** The line of a paid order. */
export function toPaymentRow(order: Order): BillRow {
  return {
    time: toBillTime(order.successTime),
    appId: order.appId,
    mchId: order.mchId,
    subMchId: order.sub?.mchId,
    transactionId: order.transactionId ?? '',
    outTradeNo: order.outTradeNo,
    openId: order.openId,
    tradeType: order.tradeType,
    currency: order.currency,
    totalFen: order.totalFen,
    description: order.description,
    attach: order.attach ?? '',
  };
}

const billedStates: Readonly<Record<RefundState, BilledRefundState>> = {
  SUCCESS: 'SUCCESS',
  PROCESSING: 'PROCESSING',
  CLOSED: 'FAIL',
  ABNORMAL: 'CHANGE',
};

/** The line of a refund. */
export function toRefundRow(refund: Refund): BillRow {
  return {
    ...toPaymentRow(refund.order),
    time: toBillTime(refund.createTime),
    refund: {
      outRefundNo: refund.outRefundNo,
      refundId: refund.refundId,
      refundFen: refund.refundFen,
      state: billedStates[refund.state],
      succeededAt: refund.successTime && toBillTime(refund.successTime),
    },
  };
}

/** 2026-11-22T18:00:00+08:00 → 2026-11-22 18:00:00. */
function toBillTime(wireTime = ''): string {
  return wireTime.slice(0, 19).replace('T', ' ');
}
