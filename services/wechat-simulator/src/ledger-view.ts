import type { Context } from './context.ts';
import type { Attempt, Channel, Notification } from './delivery/notification.ts';
import type { FaultCounts } from './faults.ts';
import type { RecordedCall } from './ledger.ts';
import type { TokenCounts } from './mini-program/access-token-book.ts';
import type { RecordedMessage } from './mini-program/message-book.ts';
import {
  type AppTradeView,
  type TradeView,
  toAppTradeView,
  toTradeView,
} from './mini-program/trades/trade-state.ts';
import { type MoneyView, toMoneyView } from './pay/money-view.ts';
import type { Order } from './pay/order-book.ts';
import type { Refund } from './pay/refund-book.ts';

/** An order as the ledger shows it. */
export interface OrderView {
  readonly mchid: string;
  readonly appid: string;
  readonly out_trade_no: string;
  readonly openid: string;
  readonly total: number;
  readonly trade_state: string;
  readonly transaction_id: string | undefined;
  readonly prepays: number;
}

/** A refund as the ledger shows it. */
export interface RefundView {
  readonly mchid: string;
  readonly out_trade_no: string;
  readonly out_refund_no: string;
  readonly refund_id: string;
  readonly refund: number;
  readonly status: string;
}

/** A callback of either API, or a push, as the ledger shows it. */
export interface NotificationView {
  readonly id: string;
  readonly channel: Channel;
  readonly mchid: string | undefined;
  readonly appid: string | undefined;
  readonly out_trade_no: string | undefined;
  readonly event_type: string;
  readonly url: string;
  readonly state: string;
  /** Simulated time, ISO 8601. */
  readonly next_due_at: string | undefined;
  readonly attempts: readonly Attempt[];
  /** What the accepted answer said beyond an acknowledgement. */
  readonly reply: Notification['reply'];
}

/** Everything that happened, for people and tests. No secret, no token, no key. */
export interface LedgerView {
  readonly clock: { readonly now: string; readonly speed: number };
  readonly orders: readonly OrderView[];
  readonly refunds: readonly RefundView[];
  /** What was paid and refunded, by merchant and by order, in fen. */
  readonly money: MoneyView;
  readonly notifications: readonly NotificationView[];
  readonly messages: readonly RecordedMessage[];
  readonly grants: readonly { appid: string; openid: string; template_id: string; count: number }[];
  /** Payments under shipping management, and where their money is. */
  readonly trades: readonly TradeView[];
  /** What WeChat holds about each app's trade management. */
  readonly app_trades: Readonly<Record<string, AppTradeView>>;
  readonly tokens: Readonly<Record<string, TokenCounts>>;
  readonly calls: {
    readonly counts: Readonly<Record<string, number>>;
    readonly latest: readonly RecordedCall[];
    /** How often each API was made to go wrong, and how. */
    readonly faults: FaultCounts;
  };
  readonly probes_accepted: Context['ledger']['probesAccepted'];
}

/** With a number: only what is about that order, of whichever merchant, and its buyer's messages. */
export function toLedgerView(context: Context, outTradeNo?: string): LedgerView {
  const isAsked = (one: { readonly outTradeNo?: string | undefined }): boolean =>
    outTradeNo === undefined || one.outTradeNo === outTradeNo;
  const orders = context.orders.all().filter(isAsked);
  const buyers = new Set(orders.map(({ openId }) => openId));
  const isBuyers = ({ openId }: { openId: string }): boolean =>
    outTradeNo === undefined || buyers.has(openId);

  return {
    clock: { now: new Date(context.clock.now()).toISOString(), speed: context.clock.speed },
    orders: orders.map(toOrderView),
    refunds: context.refunds
      .all()
      .filter(({ order }) => isAsked(order))
      .map(toRefundView),
    money: toMoneyView(context, orders),
    notifications: context.delivery.all().filter(isAsked).map(toNotificationView),
    messages: context.messages.messages.filter(isBuyers),
    grants: context.messages
      .granted()
      .filter(isBuyers)
      .map(({ appId, openId, templateId, count }) => ({
        appid: appId,
        openid: openId,
        template_id: templateId,
        count,
      })),
    app_trades: Object.fromEntries(
      [...context.apps.keys()].map((appId) => [appId, toAppTradeView(context, appId)]),
    ),
    trades: context.trades
      .all()
      .filter(({ order }) => isAsked(order))
      .map((trade) => toTradeView(context, trade)),
    tokens: Object.fromEntries(
      [...context.apps.keys()].map((appId) => [appId, { ...context.tokens.counts(appId) }]),
    ),
    calls: {
      counts: { ...context.ledger.callCounts },
      latest: [...context.ledger.calls],
      faults: structuredClone(context.faults.counts),
    },
    probes_accepted: [...context.ledger.probesAccepted],
  };
}

function toOrderView(order: Order): OrderView {
  return {
    mchid: order.mchId,
    appid: order.appId,
    out_trade_no: order.outTradeNo,
    openid: order.openId,
    total: order.totalFen,
    trade_state: order.state,
    transaction_id: order.transactionId,
    prepays: order.prepays.length,
  };
}

function toRefundView({ order, outRefundNo, refundId, refundFen, state }: Refund): RefundView {
  return {
    mchid: order.mchId,
    out_trade_no: order.outTradeNo,
    out_refund_no: outRefundNo,
    refund_id: refundId,
    refund: refundFen,
    status: state,
  };
}

function toNotificationView(notification: Notification): NotificationView {
  return {
    id: notification.id,
    channel: notification.channel,
    mchid: notification.mchId,
    appid: notification.appId,
    out_trade_no: notification.outTradeNo,
    event_type: notification.eventType,
    url: notification.url,
    state: notification.state,
    next_due_at: notification.nextDueAt,
    attempts: [...notification.attempts],
    reply: notification.reply,
  };
}
