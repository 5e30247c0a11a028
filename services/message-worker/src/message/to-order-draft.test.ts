import type { App, MessageTemplate, MessageTrigger } from '@huidiao/contracts';
import { toMessageEffectId } from '@huidiao/contracts';
import type { AppError } from '@huidiao/errors';
import type { Order } from '@huidiao/store';
import { plainApp } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toOrderDraft } from './to-order-draft.ts';

const appId = 'wx8888888888888888';
const paidAt = new Date('2026-11-22T02:00:00Z');
const shippedAt = new Date('2026-11-23T02:00:00Z');

const toTemplate = (trigger: string, data: Record<string, string>): MessageTemplate => ({
  templateId: `tmpl-${trigger}`,
  page: 'pages/order?no={out_trade_no}',
  data,
  usefulForMs: 3_600_000,
});
const templates = {
  orderPaid: toTemplate('order_paid', { thing1: '{description}', time2: '{paid_at}' }),
  orderShipped: toTemplate('order_shipped', {
    character_string1: '{tracking_no}',
    thing2: '{express_company}',
    time3: '{shipped_at}',
  }),
  refundSucceeded: toTemplate('refund_succeeded', {
    character_string1: '{out_refund_no}',
    amount2: '¥{refund_amount_yuan}',
    time3: '{refunded_at}',
  }),
};
const app: App = { appId, appSecret: 's', ...plainApp, miniprogramState: 'formal', lang: 'zh_CN', templates };

const shipment = {
  shipmentId: 's_1',
  items: [{ itemDesc: 'tea', trackingNo: 'YT1', expressCompany: 'YTO' }],
  uploadTime: shippedAt,
  createdAt: paidAt,
};
const refund = {
  refundId: '5030_1',
  outRefundNo: 'refund-1',
  status: 'SUCCESS',
  refundFen: 1_050,
  successTime: '2026-11-24T10:00:00+08:00',
  at: paidAt,
};
const order = {
  mchId: '1900000001',
  outTradeNo: 'order-1',
  appId,
  openId: 'o-who-ordered',
  payment: { openId: 'o-who-paid' },
  description: '手冲咖啡 250g',
  amountFen: 12_345,
  transactionId: '42',
  paidAt,
  shipments: [shipment],
  refunds: [refund],
} as unknown as Order;

const draftOf = (
  trigger: MessageTrigger,
  key?: string,
  changes: { app?: Partial<App>; order?: Partial<Order> } = {},
) => {
  const directory = { merchants: new Map(), apps: new Map([[appId, { ...app, ...changes.app }]]) };
  const told = { ...order, ...changes.order };
  return toOrderDraft(
    directory,
    told,
    toMessageEffectId(order, { trigger, ...(key !== undefined && { key }) }),
  );
};
const codeOf = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return (error as AppError).code;
  }
};

describe('the message by which a buyer is told', () => {
  it('that the order is paid goes to who paid it, and is of use from then on', () => {
    const { recipient, content, usefulUntil } = draftOf('order_paid');
    expect(recipient).to.deep.equal({ appId, openId: 'o-who-paid', templateId: 'tmpl-order_paid' });
    expect(content).to.deep.equal({
      channel: 'subscribe',
      data: { thing1: '手冲咖啡 250g', time2: '2026年11月22日 10:00' },
      page: 'pages/order?no=order-1',
    });
    expect(usefulUntil).to.deep.equal(new Date(paidAt.getTime() + 3_600_000));
  });

  it('that it was shipped names the parcel, and is of use from then on', () => {
    const { content, usefulUntil } = draftOf('order_shipped', 's_1');
    const data = { character_string1: 'YT1', thing2: 'YTO', time3: '2026年11月23日 10:00' };
    expect(content.data).to.deep.equal(data);
    expect(usefulUntil).to.deep.equal(new Date(shippedAt.getTime() + 3_600_000));
  });

  it('that goods without a parcel were shipped has a dash for what there is not', () => {
    const shipments = [{ ...shipment, items: [{ itemDesc: 'tea' }] }] as unknown as Order['shipments'];
    const { data } = draftOf('order_shipped', 's_1', { order: { shipments } }).content;
    expect(data).to.include({ character_string1: '-', thing2: '-' });
  });

  it('that a refund arrived names it, not the order’s amount', () => {
    const { content, usefulUntil } = draftOf('refund_succeeded', '5030_1');
    const data = { character_string1: 'refund-1', amount2: '¥10.50', time3: '2026年11月24日 10:00' };
    expect(content.data).to.deep.equal(data);
    expect(usefulUntil).to.deep.equal(new Date('2026-11-24T03:00:00Z'));
  });

  it('is a template message where the order was paid in a service account, and opens an address', () => {
    const orderPaid = { ...templates.orderPaid, page: 'https://example.com/{out_trade_no}' };
    const ofAccount = { kind: 'service_account', templates: { orderPaid } } as const;
    expect(draftOf('order_paid', undefined, { app: ofAccount }).content).to.deep.equal({
      channel: 'template',
      data: { thing1: '手冲咖啡 250g', time2: '2026年11月22日 10:00' },
      url: 'https://example.com/order-1',
    });
  });

  for (const [what, make, code] of [
    [
      'an app that this process does not know',
      () => draftOf('order_paid', undefined, { order: { appId: 'wx-none' } }),
      'MERCHANT_NOT_CONFIGURED',
    ],
    [
      'a template that the app does not have',
      () => draftOf('order_shipped', 's_1', { app: { templates: { orderPaid: undefined } } }),
      'MESSAGE_TEMPLATE_UNKNOWN',
    ],
    ['a shipment that the order does not have', () => draftOf('order_shipped', 's_2'), 'MESSAGE_REFUSED'],
    ['a refund that the order does not have', () => draftOf('refund_succeeded', '5030_2'), 'MESSAGE_REFUSED'],
    ['no refund in particular', () => draftOf('refund_succeeded'), 'MESSAGE_REFUSED'],
  ] as const) {
    it(`is not made of ${what}`, () => {
      expect(codeOf(make)).to.equal(code);
    });
  }

  it('is not made of an order that names no buyer, or is not paid', () => {
    const { openId: _one, payment: _other, ...nobodys } = order;
    const { paidAt: _at, ...unpaid } = order;
    const directory = { merchants: new Map(), apps: new Map([[appId, app]]) };
    const effectId = toMessageEffectId(order, { trigger: 'order_paid' });
    for (const told of [nobodys, unpaid]) {
      expect(codeOf(() => toOrderDraft(directory, told as Order, effectId))).to.equal('MESSAGE_REFUSED');
    }
  });

  it('is not made for an effect of another kind', () => {
    const directory = { merchants: new Map(), apps: new Map([[appId, app]]) };
    const effectId = 'send-subscribe-message_1900000001_order-1_order_lost';
    expect(codeOf(() => toOrderDraft(directory, order, effectId))).to.equal('MESSAGE_TEMPLATE_UNKNOWN');
  });
});
