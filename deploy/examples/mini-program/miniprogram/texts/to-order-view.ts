import type { Order } from '../api/orders';
import { toYuan } from './to-yuan';

/** An order as its page shows it. */
export interface OrderView {
  readonly description: string;
  readonly price: string;
  readonly status: string;
  readonly isPayable: boolean;
}

const statuses: Readonly<Record<Order['status'], string>> = {
  created: '待支付',
  paid: '已支付',
  accepted: '已支付，商家处理中',
  fulfilled: '已完成',
  closed: '已关闭',
};

/** @param isConfirming the user may have paid: then nobody is asked to pay again */
export function toOrderView(order: Order, isConfirming: boolean): OrderView {
  const isOpen = order.status === 'created';
  return {
    description: order.description,
    price: toYuan(order.amount.total),
    status: toStatus(order, isOpen && isConfirming),
    isPayable: isOpen && !isConfirming,
  };
}

function toStatus({ status, held }: Order, isConfirming: boolean): string {
  if (isConfirming) return '支付结果确认中';
  return held === 'refunded' ? '已退款' : statuses[status];
}
