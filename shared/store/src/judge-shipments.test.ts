import { expect } from 'chai';
import { describe, it } from 'mocha';
import { currentShipments, decideUpload, findShipmentRefusal, isDelivered } from './judge-shipments.ts';
import type { Order } from './order.ts';
import type { NewShipment, OrderShipment } from './shipment.ts';

const now = new Date('2026-11-22T08:00:00Z');
const item = { itemDesc: 'tea', trackingNo: 'YT1', expressCompany: 'YTO' };

function shipment(shipmentId: string, facts: Partial<OrderShipment> = {}): OrderShipment {
  return {
    shipmentId,
    logisticsType: 1,
    deliveryMode: 2,
    isAllDelivered: true,
    isReplacement: false,
    items: [item],
    contentHash: 'hash',
    state: 'uploaded',
    createdAt: now,
    ...facts,
  };
}

function order(shipments: OrderShipment[], facts: Partial<Order> = {}): Order {
  const known = { status: 'accepted', refunds: [], amountFen: 100, shipments, ...facts };
  return known as unknown as Order;
}

const part = (id: string, facts: Partial<OrderShipment> = {}) =>
  shipment(id, { isAllDelivered: false, ...facts });

describe('the shipments that count', () => {
  it('are those since the last replacement, without what WeChat refused', () => {
    const known = order([
      shipment('a'),
      part('b', { isReplacement: true }),
      shipment('c', { state: 'refused' }),
      shipment('d'),
    ]);
    expect(currentShipments(known).map(({ shipmentId }) => shipmentId)).to.deep.equal(['b', 'd']);
  });

  it('do not begin with a replacement that WeChat refused', () => {
    const known = order([shipment('a'), shipment('b', { isReplacement: true, state: 'refused' })]);
    expect(currentShipments(known).map(({ shipmentId }) => shipmentId)).to.deep.equal(['a']);
  });
});

describe('whether everything is delivered', () => {
  const rows: readonly (readonly [string, OrderShipment[], boolean])[] = [
    ['nothing was shipped', [], false],
    ['a part was', [part('a')], false],
    [
      'the last part is known, and one before is not',
      [part('a', { state: 'unknown' }), shipment('b')],
      false,
    ],
    ['all parts are known', [part('a'), shipment('b')], true],
    ['nobody has to be told', [shipment('a', { state: 'not_needed' })], true],
    ['the money went back', [shipment('a', { state: 'cancelled' })], false],
    ['WeChat refused it', [shipment('a', { state: 'refused' })], false],
    [
      'what takes its place is on its way',
      [shipment('a'), shipment('b', { isReplacement: true, state: 'pending' })],
      false,
    ],
  ];
  for (const [what, shipments, expected] of rows) {
    it(`${expected ? 'yes' : 'no'}, when ${what}`, () =>
      expect(isDelivered({ shipments })).to.equal(expected));
  }
});

describe('whether a shipment may be added', () => {
  const refund = { status: 'SUCCESS', refundFen: 100, refundId: '1', outRefundNo: '1', at: now } as const;
  const rows: readonly (readonly [string, Order, Partial<NewShipment>, string | undefined])[] = [
    ['the first one', order([]), {}, undefined],
    ['the first one before the shop has answered', order([], { status: 'paid' }), {}, undefined],
    ['one of an order that nobody paid', order([], { status: 'created' }), {}, 'not_paid'],
    ['one of a closed order', order([], { status: 'closed' }), {}, 'not_paid'],
    ['one of an order that is held', order([], { status: 'paid', held: 'refund_seen' }), {}, 'held'],
    ['one of an order that was given back', order([], { refunds: [refund] }), {}, 'refunded'],
    ['a further part', order([part('a')]), {}, undefined],
    ['anything after the last part', order([part('a'), shipment('b')]), {}, 'shipped_already'],
    [
      'anything after the last part that is on its way',
      order([shipment('b', { state: 'pending' })]),
      {},
      'shipped_already',
    ],
    ['one after a refusal', order([shipment('a', { state: 'refused' })]), {}, undefined],
    ['one of another mode', order([part('a')]), { deliveryMode: 1 }, 'mode_differs'],
    ['one of another type', order([part('a')]), { logisticsType: 2 }, 'mode_differs'],
    ['a replacement', order([shipment('a')]), { isReplacement: true, deliveryMode: 1 }, undefined],
    ['a replacement of nothing', order([]), { isReplacement: true }, 'nothing_to_replace'],
    [
      'a second replacement',
      order([shipment('a'), shipment('b', { isReplacement: true })]),
      { isReplacement: true },
      'replaced_already',
    ],
    [
      'a part after a replacement in parts',
      order([shipment('a'), part('b', { isReplacement: true })]),
      {},
      undefined,
    ],
    ['the 15th parcel', order([part('a', { items: Array(14).fill(item) })]), {}, undefined],
    ['the 16th parcel', order([part('a', { items: Array(15).fill(item) })]), {}, 'too_many_parcels'],
  ];
  for (const [what, known, facts, expected] of rows) {
    it(`${what}: ${expected ?? 'yes'}`, () => {
      expect(findShipmentRefusal(known, { ...shipment('new'), ...facts })).to.equal(expected);
    });
  }
});

describe('the next step of an upload', () => {
  const soon = new Date(now.getTime() + 1);
  const rows: readonly (readonly [string, Order, boolean, string])[] = [
    ['nothing is known of it', order([]), false, 'ended'],
    ['it waits', order([shipment('x', { state: 'pending' })]), false, 'send'],
    ['nobody knows whether it was taken', order([shipment('x', { state: 'unknown' })]), false, 'look'],
    [
      'it is being told',
      order([shipment('x', { state: 'uploading', uploadingUntil: soon })]),
      false,
      'under_way',
    ],
    ['who told it died', order([shipment('x', { state: 'uploading', uploadingUntil: now })]), false, 'look'],
    [
      'an earlier one is on its way',
      order([part('a', { state: 'unknown' }), shipment('x', { state: 'pending' })]),
      false,
      'waits',
    ],
    [
      'an earlier one was refused',
      order([part('a', { state: 'refused' }), shipment('x', { state: 'pending' })]),
      false,
      'send',
    ],
    ['it ended', order([shipment('x')]), false, 'ended'],
    ['it was refused', order([shipment('x', { state: 'refused' })]), false, 'ended'],
    [
      'it was refused, and a person wants it again',
      order([shipment('x', { state: 'refused' })]),
      true,
      'look',
    ],
    [
      'it was refused, and another took its place',
      order([shipment('x', { state: 'refused' }), shipment('y')]),
      true,
      'ended',
    ],
    ['it ended, whatever a person wants', order([shipment('x')]), true, 'ended'],
  ];
  for (const [what, known, again, expected] of rows) {
    it(`is ${expected} when ${what}`, () =>
      expect(decideUpload(known, 'x', { now, again }).kind).to.equal(expected));
  }
});
