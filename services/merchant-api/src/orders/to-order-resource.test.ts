import { orderResource } from '@huidiao/contracts';
import type { Order } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toOrderResource } from './to-order-resource.ts';

const at = new Date('2026-11-22T10:00:00.000Z');
const order: Order = {
  id: '1900000001/ORDER-0001',
  mchId: '1900000001',
  appId: 'wx8888888888888888',
  outTradeNo: 'ORDER-0001',
  openId: 'o-secret',
  description: 'Tea',
  amountFen: 8_800,
  currency: 'CNY',
  logisticsType: 1,
  timeExpire: at,
  prepay: true,
  contentHash: 'hash',
  status: 'paid',
  version: 3,
  appliedEvents: [],
  effects: [],
  timeLine: [],
  refunds: [],
  refundRequests: [],
  otherPayments: [],
  shipments: [],
  queries: 0,
  createdAt: at,
  updatedAt: at,
};

describe('an order as the merchant sees it', () => {
  it('shows why it is not delivered, what became of its refunds, and how it was shipped and settled', () => {
    const resource = toOrderResource({
      ...order,
      held: 'refunded',
      refunds: [
        {
          refundId: 'r-1',
          outRefundNo: 'no-1',
          status: 'SUCCESS',
          refundFen: 8_800,
          successTime: 'then',
          at,
        },
        { refundId: 'r-2', outRefundNo: 'no-2', status: 'ABNORMAL', refundFen: 1, at },
      ],
      shipping: { shippedAt: at, estimatedSettlementAt: at, remindedAt: at },
      settlement: { settledAt: at, confirmReceivedAt: at, confirmReceiveMethod: '1' },
    });
    expect(orderResource.parse(resource)).to.deep.include({
      held: 'refunded',
      refunds: [
        {
          refund_id: 'r-1',
          out_refund_no: 'no-1',
          status: 'SUCCESS',
          amount: { refund: 8_800 },
          success_time: 'then',
          recorded_at: at.toISOString(),
        },
        {
          refund_id: 'r-2',
          out_refund_no: 'no-2',
          status: 'ABNORMAL',
          amount: { refund: 1 },
          recorded_at: at.toISOString(),
        },
      ],
      shipping: {
        reminded_at: at.toISOString(),
        shipped_at: at.toISOString(),
        estimated_settlement_at: at.toISOString(),
      },
      settlement: {
        settled_at: at.toISOString(),
        confirm_received_at: at.toISOString(),
        confirm_receive_method: '1',
      },
    });
  });

  it('leaves out what there is nothing of, and who the buyer is', () => {
    const resource = orderResource.parse(toOrderResource(order));
    expect(resource).to.deep.include({ refunds: [] });
    expect(resource).not.to.have.any.keys('held', 'shipping', 'settlement');
    expect(JSON.stringify(resource)).not.to.include('o-secret');
  });
});
