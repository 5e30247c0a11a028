import type { Context } from '../../context.ts';
import { ControlRefusal } from '../../control-refusal.ts';
import { announceToApp } from './announce-trade.ts';
import { confirmReceipt, setComplaint } from './settle-trade.ts';
import type { Trade } from './trade-book.ts';
import { orderStates, type TradeView, toOrderState, toTradeView } from './trade-state.ts';

/** A payment under shipping management; of a service provider's merchant either mchid. */
export interface TradeNumber {
  readonly mchId: string;
  readonly outTradeNo: string;
}

/** Whether an app's orders are managed from now on. */
export interface TradeManagement {
  readonly appId: string;
  readonly isManaged: boolean;
  /** Default: as isManaged. */
  readonly isConfirmed?: boolean | undefined;
}

/** What buyers and WeChat do about orders that are shipped. All throw ControlRefusal. */
export interface TradeActions {
  /** The buyer confirms the receipt: the money is settled `settlement_delay_ms` later. */
  confirmReceipt(order: TradeNumber): TradeView;
  /** The buyer complains about an order, or takes it back: meanwhile nothing is settled. */
  setComplaint(order: TradeNumber & { readonly isOpen: boolean }): TradeView;
  /** WeChat takes an app under shipping management, or lets it go; payments made before stay as they were. */
  manageTrades(management: TradeManagement): void;
}

/** The same actions, bound to one simulator. */
export function toTradeActions(context: Context): TradeActions {
  return {
    confirmReceipt: (order) => {
      const trade = find(context, order);
      if (toOrderState(context, trade) !== orderStates.shipped) {
        throw new ControlRefusal(409, 'ORDER_NOT_SHIPPED', 'only what is shipped can be received');
      }
      confirmReceipt(context, trade, 1);
      return toTradeView(context, trade);
    },
    setComplaint: ({ isOpen, ...order }) => {
      const trade = find(context, order);
      setComplaint(context, trade, isOpen);
      return toTradeView(context, trade);
    },
    manageTrades: (management) => manageTrades(context, management),
  };
}

function manageTrades(
  context: Context,
  { appId, isManaged, isConfirmed = isManaged }: TradeManagement,
): void {
  if (!context.apps.has(appId))
    throw new ControlRefusal(404, 'APP_UNKNOWN', `no app ${appId} in the settings`);
  const app = context.trades.ofApp(appId);
  const before = { ...app };
  Object.assign(app, { isManaged, isConfirmed });
  if (isManaged && !before.isManaged) announceToApp(context, appId, 'wxa_trade_controlled');
  if (isConfirmed && !before.isConfirmed) announceToApp(context, appId, 'trade_manage_remind_access_api');
}

function find({ trades }: Context, { mchId, outTradeNo }: TradeNumber): Trade {
  const trade = trades.findByNumber(mchId, outTradeNo);
  if (trade === undefined) {
    throw new ControlRefusal(404, 'ORDER_NOT_MANAGED', 'no payment of that number in a managed app');
  }
  return trade;
}
