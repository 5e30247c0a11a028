/** An order as our API shows it at the end. */
export interface SettledOrder {
  readonly out_trade_no: string;
  readonly status: string;
  readonly pending: readonly unknown[];
  readonly time_line: readonly { readonly event: string }[];
}

/** What WeChat's side knows: paid orders, and messages by openid. */
export interface WechatLedger {
  readonly orders: readonly {
    readonly out_trade_no: string;
    readonly openid: string;
    readonly total: number;
    readonly trade_state: string;
  }[];
  readonly messages: readonly { readonly openId: string; readonly errcode: number }[];
}

/** What left the shop: one entry per delivery. */
export interface ShopLedger {
  readonly orders: readonly { readonly out_trade_no: string; readonly total: number }[];
}

export interface Ledgers {
  readonly orders: readonly SettledOrder[];
  readonly wechat: WechatLedger;
  readonly shop: ShopLedger;
}

export interface Verdict {
  readonly paid: number;
  readonly delivered: number;
  readonly told: number;
  /** Of messages whose process was killed while WeChat was asked: perhaps told, never again. */
  readonly unknown: number;
  /** Paid, and nothing came of it; or the buyer was never even tried to be told. */
  readonly lost: readonly string[];
  /** Goods given twice, or a buyer told twice. */
  readonly doubled: readonly string[];
  /** Anything else in which the ledgers differ. */
  readonly differing: readonly string[];
}

/**
 * Compares what was paid at WeChat with what the shop delivered and what the buyers were told, order by order.
 * Each list is of words for people; all three empty means that the ledgers are equal.
 */
export function judgeLedgers({ orders, wechat, shop }: Ledgers): Verdict {
  const paid = wechat.orders.filter(({ trade_state }) => trade_state === 'SUCCESS');
  const deliveries = countBy(shop.orders, ({ out_trade_no }) => out_trade_no);
  const sends = countBy(
    wechat.messages.filter(({ errcode }) => errcode === 0),
    ({ openId }) => openId,
  );
  const known = new Map(orders.map((order) => [order.out_trade_no, order]));
  const lost: string[] = [];
  const doubled: string[] = [];
  const differing: string[] = [];
  let unknown = 0;

  for (const { out_trade_no: number, openid, total } of paid) {
    const order = known.get(number);
    const delivered = deliveries.get(number) ?? 0;
    const told = sends.get(openid) ?? 0;
    const isUnknown = order?.time_line.some(({ event }) => event === 'message.unknown') ?? false;
    if (isUnknown) unknown += 1;
    if (delivered === 0) lost.push(`${number}: paid, not delivered (${order?.status ?? 'no order'})`);
    if (delivered > 1) doubled.push(`${number}: delivered ${delivered} times`);
    if (told === 0 && !isUnknown) lost.push(`${number}: the buyer was not told`);
    if (told > 1) doubled.push(`${number}: the buyer was told ${told} times`);
    if (order?.status !== 'fulfilled')
      differing.push(`${number}: ${order?.status ?? 'no order'}, not fulfilled`);
    if (order !== undefined && order.pending.length > 0) differing.push(`${number}: something is left to do`);
    const wrong = shop.orders.find((one) => one.out_trade_no === number && one.total !== total);
    if (wrong !== undefined)
      differing.push(`${number}: ${total} fen were paid, ${wrong.total} told to the shop`);
  }
  const numbers = new Set(paid.map(({ out_trade_no }) => out_trade_no));
  for (const number of deliveries.keys())
    if (!numbers.has(number)) doubled.push(`${number}: delivered, not paid`);
  return {
    paid: paid.length,
    delivered: [...deliveries.values()].reduce((sum, count) => sum + count, 0),
    told: [...sends.values()].reduce((sum, count) => sum + count, 0),
    unknown,
    lost,
    doubled,
    differing,
  };
}

function countBy<T>(things: readonly T[], toKey: (thing: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const thing of things) counts.set(toKey(thing), (counts.get(toKey(thing)) ?? 0) + 1);
  return counts;
}
