import type { Context } from '../../context.ts';
import { MiniProgramRefusal } from '../api-error.ts';
import type { OrderKey } from './shipping-request.ts';
import type { Trade } from './trade-book.ts';

/** How get_order and notify_confirm_receive name a payment. */
export interface TradeIds {
  readonly transaction_id?: string | undefined;
  readonly merchant_id?: string | undefined;
  readonly sub_merchant_id?: string | undefined;
  readonly merchant_trade_no?: string | undefined;
}

/**
 * The payment of this app by transaction_id, else by merchant_id and merchant_trade_no. Throws MiniProgramRefusal
 * 10060001 where there is none, or not yet: a payment is known some seconds after it was made.
 */
export function findTrade(context: Context, appId: string, ids: TradeIds): Trade {
  const { transaction_id: transactionId, merchant_id: mchId, sub_merchant_id: subMchId } = ids;
  const { findByTransaction, findByNumber } = context.trades;
  if (transactionId) return toKnown(context, appId, findByTransaction(transactionId));
  if (!mchId || !ids.merchant_trade_no) {
    throw new MiniProgramRefusal(10060014, 'transaction_id or merchant_id and merchant_trade_no are needed');
  }
  const trade = findByNumber(mchId, ids.merchant_trade_no);
  const isOther = subMchId && trade?.order.sub?.mchId !== subMchId;
  return toKnown(context, appId, isOther ? undefined : trade);
}

/**
 * The payment that an order_key names. Of a service provider's merchant the mchid is that merchant's own:
 * https://developers.weixin.qq.com/community/develop/doc/000a6c0d56887046ef339726061800. Throws MiniProgramRefusal.
 */
export function findTradeByKey(context: Context, appId: string, key: OrderKey): Trade {
  if (key.isTransaction) return toKnown(context, appId, context.trades.findByTransaction(key.transactionId));
  const trade = context.trades.findByNumber(key.mchId, key.outTradeNo);
  const isTheirs = trade !== undefined && (trade.order.sub?.mchId ?? trade.order.mchId) === key.mchId;
  return toKnown(context, appId, isTheirs ? trade : undefined);
}

/** The payment where this app may know it by now. */
export function toKnown({ clock }: Context, appId: string, trade: Trade | undefined): Trade {
  if (trade === undefined || trade.appId !== appId || clock.now() < trade.visibleAtMs) {
    throw new MiniProgramRefusal(10060001, '支付单不存在');
  }
  return trade;
}
