import type { Context } from '../../context.ts';
import { announceTrade, unixNow } from './announce-trade.ts';
import type { Trade } from './trade-book.ts';
import { orderStates, toOrderState } from './trade-state.ts';

/** Receipt of what was shipped is confirmed, by the user (1) or by itself (2). Settled later. */
export function confirmReceipt(context: Context, trade: Trade, method: 1 | 2): void {
  trade.cancelReceipt();
  const receipt = { method, time: unixNow(), isSettlementDue: false };
  trade.receipt = receipt;
  const { clock, faults } = context;
  clock.schedule(clock.now() + faults.settings.settlement_delay_ms, () => {
    receipt.isSettlementDue = true;
    settle(context, trade);
  });
}

/** A complaint (交易纠纷) holds the settlement back, until it is closed. */
export function setComplaint(context: Context, trade: Trade, isOpen: boolean): void {
  trade.isInComplaint = isOpen;
  settle(context, trade);
}

/** What was not refunded goes to the merchant, once it is due and nothing holds it back. */
function settle(context: Context, trade: Trade): void {
  const { receipt, shippedTime, isInComplaint } = trade;
  if (!receipt?.isSettlementDue || isInComplaint || trade.settlementTime !== undefined) return;
  if (toOrderState(context, trade) === orderStates.refunded) return;
  const time = unixNow();
  trade.settlementTime = time;
  announceTrade(context, trade, 'trade_manage_order_settlement', {
    shipped_time: shippedTime,
    confirm_receive_method: receipt.method,
    confirm_receive_time: receipt.time,
    settlement_time: time,
  });
}
