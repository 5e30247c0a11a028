import type { Context } from './context.ts';
import type { RecordedCall } from './ledger.ts';
import type { TokenCounts } from './mini-program/access-token-book.ts';
import type { RecordedMessage } from './mini-program/message-book.ts';
import type { Attempt } from './pay/notification.ts';

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

/** A notification as the ledger shows it. */
export interface NotificationView {
  readonly id: string;
  readonly mchid: string;
  readonly out_trade_no: string | undefined;
  readonly event_type: string;
  readonly url: string;
  readonly state: string;
  /** Simulated time, ISO 8601. */
  readonly next_due_at: string | undefined;
  readonly attempts: readonly Attempt[];
}

/** Everything that happened, for people and tests. No secret, no token, no key. */
export interface LedgerView {
  readonly clock: { readonly now: string; readonly speed: number };
  readonly orders: readonly OrderView[];
  readonly notifications: readonly NotificationView[];
  readonly messages: readonly RecordedMessage[];
  readonly grants: readonly { appid: string; openid: string; template_id: string; count: number }[];
  readonly tokens: Readonly<Record<string, TokenCounts>>;
  readonly calls: {
    readonly counts: Readonly<Record<string, number>>;
    readonly latest: readonly RecordedCall[];
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
    orders: orders.map((order) => ({
      mchid: order.mchId,
      appid: order.appId,
      out_trade_no: order.outTradeNo,
      openid: order.openId,
      total: order.totalFen,
      trade_state: order.state,
      transaction_id: order.transactionId,
      prepays: order.prepays.length,
    })),
    notifications: context.delivery
      .all()
      .filter(isAsked)
      .map((notification) => ({
        id: notification.id,
        mchid: notification.mchId,
        out_trade_no: notification.outTradeNo,
        event_type: notification.eventType,
        url: notification.url,
        state: notification.state,
        next_due_at: notification.nextDueAt,
        attempts: [...notification.attempts],
      })),
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
    tokens: Object.fromEntries(
      [...context.apps.keys()].map((appId) => [appId, { ...context.tokens.counts(appId) }]),
    ),
    calls: { counts: { ...context.ledger.callCounts }, latest: [...context.ledger.calls] },
    probes_accepted: [...context.ledger.probesAccepted],
  };
}
