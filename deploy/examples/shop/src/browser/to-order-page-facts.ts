import type { OrderPage } from './pages.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * What the page of an order shows, from the answer of `GET /v1/orders/{out_trade_no}` and the time at which this shop
 * delivered its goods.
 */
export function toOrderPageFacts(
  order: Json,
  deliveredAt: string | undefined,
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
  const pending = Array.isArray(order.pending) ? order.pending : [];
  return {
    description: String(order.description),
    total: Number(total),
    status,
    steps,
    mayBePaid: status === 'created',
    isMoving: ['created', 'paid', 'accepted'].includes(status) || pending.length > 0,
  };
}
