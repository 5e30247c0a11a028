import type { Context } from '../../context.ts';
import type { CombinedOrder, Order } from '../../pay/order-book.ts';
import type { Buyer } from '../consents.ts';
import { announceToApp, announceTrade, unixNow } from './announce-trade.ts';
import type { Trade } from './trade-book.ts';
import { orderStates, toOrderState } from './trade-state.ts';

const hourMs = 3_600_000;
const reminderMs = 48 * hourMs;

/**
 * A payment comes under shipping management where the app is, and only a payment within a mini-program: it is known
 * some seconds later, and reminded of after 48 hours. Called once, when it is paid.
 */
export function recordTrade(context: Context, payable: Order | CombinedOrder, buyer: Buyer): void {
  const { trades } = context;
  const app = trades.ofApp(buyer.appId);
  if (!app.isManaged) return;
  const isCombined = 'subOrders' in payable;
  const orders = isCombined ? payable.subOrders : [payable];
  for (const order of orders) {
    if (order.tradeType !== 'JSAPI' || order.transactionId === undefined) continue;
    const trade = toTrade(context, order, buyer);
    trades.add(isCombined ? { ...trade, combined: payable } : trade);
    remindLater(context, order.transactionId, context.clock.now() + reminderMs);
  }
  askDaily(context, buyer.appId);
}

function toTrade(
  { clock, faults }: Context,
  order: Order,
  { appId, openId }: Buyer,
): Omit<Trade, 'sequence'> {
  return {
    appId,
    openId,
    order,
    combined: undefined,
    transactionId: order.transactionId ?? '',
    payTime: unixNow(),
    visibleAtMs: clock.now() + faults.settings.trade_visible_after_ms,
    shipping: undefined,
    shippedTime: undefined,
    isReshipped: false,
    isReceiptAsked: false,
    special: undefined,
    isInComplaint: false,
    receipt: undefined,
    settlementTime: undefined,
    cancelReceipt: () => {},
  };
}

/** Reminds of an order that is unshipped at that simulated time; never of a test, of a pre-sale only after its date. */
export function remindLater(
  context: Context,
  transactionId: string,
  atMs: number,
  special?: Trade['special'],
): void {
  context.clock.schedule(atMs, () => {
    const trade = context.trades.findByTransaction(transactionId);
    if (trade === undefined || trade.special !== special) return;
    const isUnshipped = toOrderState(context, trade) === orderStates.toShip;
    if (isUnshipped && context.trades.ofApp(trade.appId).hasShipped) {
      announceTrade(context, trade, 'trade_manage_remind_shipping');
    }
  });
}

/** An app with payments that has never shipped is asked to use the API: at its first payment, and then daily. */
function askDaily(context: Context, appId: string): void {
  const app = context.trades.ofApp(appId);
  if (app.hasShipped || app.isAskedDaily) return;
  app.isAskedDaily = true;
  const ask = (): void => {
    if (app.hasShipped || !app.isManaged) {
      app.isAskedDaily = false;
      return;
    }
    announceToApp(context, appId, 'trade_manage_remind_access_api');
    context.clock.schedule(context.clock.now() + 24 * hourMs, ask);
  };
  ask();
}
