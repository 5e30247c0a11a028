import { AppError } from '@huidiao/errors';
import type { Order } from '@huidiao/store';
import type { IosRefundQuestion } from '@huidiao/wechat';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decideIosRefund } from './decide-ios-refund.ts';
import type { FoundOrder } from './find-order-of-app.ts';

const order = (status: Order['status']): Order =>
  ({
    outTradeNo: 'ORDER-0001',
    status,
    paidAt: new Date('2026-11-22T08:00:00Z'),
    timeLine: [{ at: new Date('2026-11-22T08:00:02Z'), event: 'accepted' }],
  }) as unknown as Order;
const question = (delivery?: IosRefundQuestion['delivery']): IosRefundQuestion => ({
  kind: 'ios_refund',
  orderNumbers: ['ORDER-0001'],
  openId: undefined,
  productId: undefined,
  quantity: undefined,
  delivery,
  orderedAt: undefined,
});
const away = new AppError('STORE_UNAVAILABLE');

describe('whether Apple may refund', () => {
  const rows: readonly [
    string,
    'allow' | 'refuse' | 'unless_delivered',
    FoundOrder,
    IosRefundQuestion,
    string,
  ][] = [
    ['always, where the app says so', 'allow', order('fulfilled'), question(), 'allow'],
    ['never, where the app says so', 'refuse', 'none', question(), 'refuse'],
    ['never, where the app says so and no order can be read', 'refuse', away, question(), 'refuse'],
    ['not once the shop has accepted the order', 'unless_delivered', order('accepted'), question(), 'refuse'],
    ['not once it is fulfilled', 'unless_delivered', order('fulfilled'), question(), 'refuse'],
    ['while it is only paid', 'unless_delivered', order('paid'), question('delivered'), 'allow'],
    [
      'of an order that we do not know and WeChat has not seen delivered',
      'unless_delivered',
      'none',
      question(),
      'allow',
    ],
    [
      'not of one that WeChat has seen delivered',
      'unless_delivered',
      'none',
      question('delivered'),
      'refuse',
    ],
  ];
  for (const [name, answer, found, asked, decision] of rows) {
    it(name, () => {
      expect(decideIosRefund({ answer, evidence: 'Delivered.' }, asked, found).decision).to.equal(decision);
    });
  }

  it('is left unsaid while the order cannot be read, so that WeChat asks again', () => {
    const rule = { answer: 'unless_delivered', evidence: 'Delivered.' } as const;
    expect(() => decideIosRefund(rule, question('delivered'), away)).to.throw(AppError);
  });

  it('is told with what the order shows', () => {
    const rule = { answer: 'unless_delivered', evidence: 'The goods were credited.' } as const;
    expect(decideIosRefund(rule, question(), order('fulfilled')).evidence).to.equal(
      'The goods were credited.; out_trade_no ORDER-0001; paid 2026-11-22T08:00:00.000Z; delivered 2026-11-22T08:00:02.000Z',
    );
  });
});
