import type { OrderPage } from './pages.ts';

type Json = Readonly<Record<string, unknown>>;

const secondMs = 1_000;
const longestPauseMs = 15 * secondMs;
/** After which nobody waits for the next step before the page any more. */
const watchedForMs = 60 * 60 * secondMs;

/**
 * What the page of an order shows, from the answer of `GET /v1/orders/{out_trade_no}` and the time at which this shop
 * delivered its goods.
 */
export function toOrderPageFacts(
  order: Json,
  deliveredAt: string | undefined,
  now: Date,
): Omit<OrderPage, 'outTradeNo' | 'wechatUrl'> {
  const timeLine = Array.isArray(order.time_line) ? (order.time_line as Json[]) : [];
  const timeOf = (event: string): string | undefined => {
    const entry = timeLine.find((one) => one.event === event);
    return entry && String(entry.at);
  };
  const { total } = (order.amount ?? {}) as Json;
  const steps = [
    { name: '已下单 Ordered', at: timeOf('created') },
    { name: '已支付 Paid', at: timeOf('paid') },
    { name: '已发货 Delivered by this shop', at: deliveredAt },
    { name: '已通知买家 Buyer told in WeChat', at: timeOf('message.sent') },
  ];
  const status = String(order.status);
  return {
    description: String(order.description),
    total: Number(total),
    status,
    steps,
    mayBePaid: status === 'created',
    looksAgainInMs: isMoving(order) ? toPauseMs(timeLine, now) : undefined,
  };
}

/** Neither at its end nor held, until a person decides. */
function isMoving({ status, held, pending }: Json): boolean {
  if (Array.isArray(pending) && pending.length > 0) return true;
  return held === undefined && ['created', 'paid', 'accepted'].includes(String(status));
}

/** A second at first, and the longer the longer nothing has happened: a tenth of that time. */
function toPauseMs(timeLine: readonly Json[], now: Date): number | undefined {
  const lastAt = Math.max(...timeLine.map(({ at }) => Date.parse(String(at))));
  const idleMs = Math.max(0, now.getTime() - lastAt);
  if (!(idleMs <= watchedForMs)) return undefined;
  return Math.round(Math.min(longestPauseMs, Math.max(secondMs, idleMs / 10)));
}
