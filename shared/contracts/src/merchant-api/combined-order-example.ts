import { closedOrder, createdOrder } from './order-example.ts';

const tea = { ...createdOrder, attach: 'tea-20270105-0001', combine_out_trade_no: 'cart-20270105-0001' };
const cup = {
  ...tea,
  mchid: '1900000002',
  out_trade_no: 'cup-20270105-0001',
  description: '青瓷茶杯',
  amount: { total: 3600, currency: 'CNY' },
  attach: 'cup-20270105-0001',
};

/** The combined order of the documentation's examples, with its parts. */
export const createdCombinedOrder = {
  mchid: '1900000001',
  combine_appid: 'wx8888888888888888',
  combine_out_trade_no: 'cart-20270105-0001',
  status: 'created',
  amount: { total: 12400, currency: 'CNY' },
  time_expire: '2027-01-05T04:00:00.000Z',
  created_at: '2027-01-05T02:00:00.000Z',
  orders: [tea, cup],
};

/** The same, closed. */
export const closedCombinedOrder = {
  ...createdCombinedOrder,
  status: 'closed',
  orders: createdCombinedOrder.orders.map((part) => ({
    ...part,
    status: 'closed',
    time_line: closedOrder.time_line,
  })),
};
