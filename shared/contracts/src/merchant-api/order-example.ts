/** The order of the documentation's examples, just registered. */
export const createdOrder = {
  mchid: '1900000001',
  appid: 'wx8888888888888888',
  out_trade_no: 'tea-20270105-0001',
  status: 'created',
  description: '龙井茶 250g ×2',
  amount: { total: 8800, currency: 'CNY' },
  logistics_type: 1,
  attach: 'shop-7',
  time_expire: '2027-01-05T04:00:00.000Z',
  created_at: '2027-01-05T02:00:00.000Z',
  refunds: [],
  refund_requests: [],
  shipments: [],
  pending: [],
  time_line: [
    { at: '2027-01-05T02:00:00.000Z', event: 'created' },
    { at: '2027-01-05T02:00:00.180Z', event: 'prepaid' },
  ],
};

/** The same, paid and accepted by the shop. */
export const acceptedOrder = {
  ...createdOrder,
  status: 'accepted',
  transaction_id: '4200000000202701050000000001',
  paid_at: '2027-01-05T02:00:12.000Z',
  time_line: [
    ...createdOrder.time_line,
    {
      at: '2027-01-05T02:00:12.430Z',
      event: 'paid',
      transaction_id: '4200000000202701050000000001',
    },
    { at: '2027-01-05T02:00:12.610Z', event: 'accepted', http_status: 204 },
  ],
};

/** The same, closed in place of that. */
export const closedOrder = {
  ...createdOrder,
  status: 'closed',
  time_line: [...createdOrder.time_line, { at: '2027-01-05T02:30:00.000Z', event: 'closed' }],
};

/** The callback that told of its payment. */
export const paidCallback = {
  notification_id: 'EV-2027010510001200001',
  event_type: 'TRANSACTION.SUCCESS',
  outcome: 'paid',
  first_received_at: '2027-01-05T02:00:12.380Z',
  last_received_at: '2027-01-05T02:00:12.380Z',
  times: 1,
  request_id: '0b6c2c4e-5f0e-4a53-9f0c-8a6f5a0b7d11',
};
