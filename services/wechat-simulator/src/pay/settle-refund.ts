import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import type { Deliveries, Notification } from '../delivery/notification.ts';
import { makeRefund } from './make-refund.ts';
import { wasPaid } from './order-book.ts';
import type { Refund, RefundState } from './refund-book.ts';
import { toAnnouncement } from './to-announcement.ts';
import { toRefundResource } from './to-refund.ts';
import { toWireTime } from './wire-time.ts';

/** What becomes of a refund in the end, ABNORMAL perhaps not for good. */
export type RefundCourse = Exclude<RefundState, 'PROCESSING'>;

const summaries: Readonly<Record<RefundCourse, string>> = {
  SUCCESS: '退款成功',
  ABNORMAL: '退款异常',
  CLOSED: '退款关闭',
};

/**
 * The refund takes its course, and is announced if anybody is to be told. SUCCESS and CLOSED are final; ABNORMAL may
 * become SUCCESS later. Throws ControlRefusal for a refund that is final.
 */
export function settleRefund(
  context: Context,
  refund: Refund,
  course: RefundCourse,
  deliveries?: Deliveries,
): Notification | undefined {
  if (refund.state === 'SUCCESS' || refund.state === 'CLOSED') {
    throw new ControlRefusal(409, `REFUND_${refund.state}`, 'the refund is final');
  }
  refund.state = course;
  if (course === 'SUCCESS') refund.successTime = toWireTime(Date.now());
  if (course === 'CLOSED') context.balances.giveBack(refund);
  return announceRefund(context, refund, course, deliveries);
}

function announceRefund(
  context: Context,
  refund: Refund,
  course: RefundCourse,
  deliveries: Deliveries | undefined,
): Notification | undefined {
  if (refund.notifyUrl === undefined) return undefined;
  const announcement = toAnnouncement(context, {
    mchId: refund.order.mchId,
    outTradeNo: refund.order.outTradeNo,
    url: refund.notifyUrl,
    eventType: `REFUND.${course}`,
    originalType: 'refund',
    summary: summaries[course],
    resource: toRefundResource(refund),
  });
  return context.delivery.announce(announcement, deliveries);
}

/** The same for a refund by its number. Throws ControlRefusal for an unknown one too. */
export function findAndSettle(
  context: Context,
  wanted: {
    readonly mchId: string;
    readonly outRefundNo: string;
    readonly course: RefundCourse;
    readonly deliveries?: Deliveries | undefined;
  },
): Notification | undefined {
  const refund = context.refunds.find(wanted.mchId, wanted.outRefundNo);
  if (refund === undefined) throw new ControlRefusal(404, 'REFUND_UNKNOWN', 'no such out_refund_no');
  return settleRefund(context, refund, wanted.course, wanted.deliveries);
}

/** What may be said of a refund that somebody makes in the merchant platform. */
export interface ConsoleRefund {
  /** Default: all that is left. */
  readonly refundFen?: number | undefined;
  /** Default: the merchant platform's address; without either nobody is told. */
  readonly notifyUrl?: string | undefined;
  /** Default SUCCESS. */
  readonly course?: RefundCourse | undefined;
  readonly deliveries?: Deliveries | undefined;
}

/**
 * The merchant refunds a payment in its console, in part or in full: a query cannot tell which. It has a number that
 * the merchant never made. Announced where there is an address for it. Throws ControlRefusal.
 */
export function refundAtConsole(
  context: Context,
  mchId: string,
  outTradeNo: string,
  wanted: ConsoleRefund = {},
): { refund: Refund; notification: Notification | undefined } {
  const order = context.orders.find(mchId, outTradeNo);
  if (order === undefined || !wasPaid(order)) {
    throw new ControlRefusal(409, 'ORDER_NOT_PAID', 'there is no payment to refund');
  }
  const leftFen = context.refunds.leftFen(order);
  const refundFen = wanted.refundFen ?? leftFen;
  if (refundFen < 1 || refundFen > leftFen) {
    throw new ControlRefusal(409, 'REFUND_TOO_LARGE', `${leftFen} fen are left to refund`);
  }
  if (!context.balances.takeRefund(order, refundFen)) {
    throw new ControlRefusal(409, 'NOT_ENOUGH', 'the merchant has not enough money left');
  }
  const refund = makeRefund(context, order, { refundFen, notifyUrl: wanted.notifyUrl });
  const notification = settleRefund(context, refund, wanted.course ?? 'SUCCESS', wanted.deliveries);
  return { refund, notification };
}
