import type { BillRule } from '@huidiao/contracts';
import type { Order } from '@huidiao/store';
import type { TradeBillRow } from '@huidiao/wechat';

/** A payment or a refund, as far as a bill and our own orders can be compared. */
export interface BillEntry {
  readonly kind: 'payment' | 'refund';
  readonly outTradeNo: string;
  readonly transactionId: string;
  readonly amountFen: number;
  readonly subMchId?: string | undefined;
  readonly refundId?: string | undefined;
  readonly outRefundNo?: string | undefined;
  /** Of a refund: WeChat's own word. */
  readonly state?: string | undefined;
}

/** Of what is a payment or a refund. */
export function toBillEntry(row: TradeBillRow & { readonly kind: BillEntry['kind'] }): BillEntry {
  const { kind, outTradeNo, transactionId, amountFen, subMchId } = row;
  return { kind, outTradeNo, transactionId, amountFen, subMchId, ...row.refund };
}

/** Equal for the same payment or refund on both sides. */
export function toEntryKey({ kind, transactionId, refundId }: BillEntry): string {
  return kind === 'payment' ? `payment ${transactionId}` : `refund ${refundId}`;
}

/** One line of text. */
export function writeEntry(entry: BillEntry): string {
  const { kind, outTradeNo, transactionId, amountFen, subMchId, refundId, outRefundNo, state } = entry;
  const payment = [outTradeNo, transactionId, amountFen, subMchId ?? null];
  return JSON.stringify(kind === 'payment' ? payment : [...payment, refundId, outRefundNo, state]);
}

/** Of what writeEntry wrote. */
export function parseEntry(line: string): BillEntry {
  const [outTradeNo, transactionId, amountFen, subMchId, refundId, outRefundNo, state] = JSON.parse(line);
  const known = { outTradeNo, transactionId, amountFen, subMchId: subMchId ?? undefined };
  if (refundId === undefined) return { kind: 'payment', ...known };
  return { kind: 'refund', ...known, refundId, outRefundNo, state };
}

/** Whether a line of the bill is ours. */
export function isOwn(rule: BillRule, { appId, outTradeNo }: Pick<TradeBillRow, 'appId' | 'outTradeNo'>) {
  const { appIds, outTradeNoPrefixes } = rule;
  if (!appIds.includes(appId)) return false;
  return outTradeNoPrefixes.length === 0 || outTradeNoPrefixes.some((begin) => outTradeNo.startsWith(begin));
}

/** Whether the bill is to have an order by the same rule. A bill names the app of a service provider, where there is one. */
export function isOwnOrder(rule: BillRule, { appId, spAppId, outTradeNo }: Order): boolean {
  return isOwn(rule, { appId: spAppId ?? appId, outTradeNo });
}
