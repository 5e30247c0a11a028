import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { NewOrder, Order } from './order.ts';
import { effectOf, newOrder, paymentOf, useStore } from './test-store.test.ts';

const appId = 'wx0000000000000001';
const at = new Date('2026-11-22T10:00:00Z');

describe('the data of a person', () => {
  const { store } = useStore();
  const { orders, consents, messages, callbacks, sessions, users, userData } = store;
  let people = 0;
  const newPerson = () => {
    people += 1;
    return { appId, openId: `person-${people}` };
  };

  async function paid(order: Partial<NewOrder>, payerOpenId: string): Promise<Order> {
    const { order: created } = await orders.register(newOrder(order));
    const effects = [effectOf('fulfil'), effectOf('tell', { job: 'send-subscribe-message' })];
    const payment = paymentOf(created, { openId: payerOpenId });
    return (await orders.pay(created, payment, { eventKey: 'event-1', effects })) ?? expect.fail('not paid');
  }
  const reread = async ({ mchId, outTradeNo }: Order) =>
    (await orders.find(mchId, outTradeNo)) ?? expect.fail('gone');

  it('goes from orders, messages and consents when the account is closed; it is counted, and may be repeated', async () => {
    const person = newPerson();
    const { openId } = person;
    const bought = await paid({ appId, openId }, openId);
    const paidFor = await paid({ appId, openId: 'somebody-else' }, openId);
    const others = await paid({ appId, openId: 'somebody-else' }, 'somebody-else');
    const recipient = { ...person, templateId: 'template-1' };
    await consents.record({ ...recipient, eventKey: `of-${openId}`, answer: 'accept', occurredAt: at });
    const { outTradeNo, mchId } = bought;
    await messages.open({ ...recipient, key: `of-${openId}`, mchId, outTradeNo, usefulUntil: at });
    const expiresAt = new Date(Date.now() + 3_600_000);
    const { token } = await sessions.create({ ...person, mchId, expiresAt });
    await users.recordLogin(person, { unionId: 'union', toSecrets: () => ({ sessionKey: 'sealed' }) });

    expect(await userData.forget(person, at)).to.deep.equal({
      consents: 1,
      messages: 1,
      orders: 2,
      sessions: 1,
      users: 1,
    });
    expect(await userData.forget(person, at)).to.deep.equal({
      consents: 0,
      messages: 0,
      orders: 0,
      sessions: 0,
      users: 0,
    });
    expect(await sessions.authenticate(token)).to.equal(undefined);
    expect(await users.find(person)).to.equal(undefined);
    for (const order of [await reread(bought), await reread(paidFor)]) {
      expect(JSON.stringify(order)).not.to.include(openId);
      expect(
        order.effects.map(({ id }) => id),
        'the shop is told all the same',
      ).to.deep.equal(['fulfil']);
      expect(order.timeLine.at(-1)).to.include({ event: 'buyer.forgotten' });
      expect(order.payment).to.include({ transactionId: order.transactionId });
    }
    expect((await reread(paidFor)).openId).to.equal('somebody-else');
    expect(await reread(others)).to.deep.equal(others);
    expect(await consents.state(recipient)).to.deep.equal({ state: 'unknown' });
  });

  it('is of one app: a person with the same openid in another one is another person', async () => {
    const person = newPerson();
    const order = await paid({ appId: 'wx0000000000000002', openId: person.openId }, person.openId);
    expect(await userData.forget(person, at)).to.include({ orders: 0 });
    expect(await reread(order)).to.deep.equal(order);
  });

  it('keeps the message of a payer when only the buyer is forgotten', async () => {
    const person = newPerson();
    const order = await paid({ appId, openId: person.openId }, 'the-payer');
    await userData.forget(person, at);
    const after = await reread(order);
    expect(after.payment).to.include({ openId: 'the-payer' });
    expect(after.effects).to.have.length(2);
    expect(after).not.to.have.property('openId');
  });

  it('goes by the kinds that a person withdraws: nickname and avatar, both or one of them', async () => {
    const person = newPerson();
    const told = { nickname: 'sealed-1', avatarUrl: 'sealed-2' };
    const kept = async () => {
      const { nickname, avatarUrl, sessionKey } = (await users.find(person))?.secrets ?? {};
      return { nickname, avatarUrl, sessionKey };
    };
    await users.recordLogin(person, { unionId: undefined, toSecrets: () => ({ sessionKey: 'key' }) });
    for (const [kind, left] of [
      ['19', { nickname: undefined, avatarUrl: 'sealed-2' }],
      ['20', { nickname: 'sealed-1', avatarUrl: undefined }],
      ['6', { nickname: undefined, avatarUrl: undefined }],
    ] as const) {
      await users.recordTold(person, told);
      expect(await userData.revoke(person, [kind])).to.deep.equal({ users: 1 });
      expect(await kept()).to.deep.equal({ ...left, sessionKey: 'key' });
    }
    expect(await userData.revoke(person, ['6'])).to.deep.equal({ users: 0 });
  });

  it('of the other kinds, such as the phone number, is not kept at all', async () => {
    expect(await userData.revoke(newPerson(), ['2', '8', 'constructor'])).to.deep.equal({});
  });

  it('that went is in the ledger in numbers, which add up over repetitions', async () => {
    const record = (counts: Record<string, number>) =>
      callbacks.record({
        key: 'counted',
        appId,
        notificationId: 'n',
        eventType: 'user_data.cancelled',
        receivedAt: at,
        requestId: 'r',
        outcome: 'forgotten',
        counts,
      });
    await record({ orders: 2, messages: 0 });
    await record({ orders: 1, messages: 3 });
    const entry = await callbacks.find('counted');
    expect(entry).to.deep.include({ appId, times: 2, counts: { orders: 3, messages: 3 } });
    expect(entry).not.to.have.property('mchId');
  });
});

describe('what WeChat says of the delivery of an order', () => {
  const { orders } = useStore().store;
  const time = (hour: number) => new Date(Date.UTC(2026, 10, 22, hour));

  it('is kept beside the status, once per event, and the later time stays', async () => {
    const { order } = await orders.register(newOrder());
    const tell = (eventKey: string, facts: Parameters<typeof orders.recordDelivery>[1]) =>
      orders.recordDelivery(order, facts, { eventKey, entry: { event: eventKey } });
    const settlement = { settledAt: time(9), confirmReceivedAt: time(8), confirmReceiveMethod: '1' };
    expect(await tell('settled', { settlement, shipping: { shippedAt: time(5) } })).to.equal(true);
    expect(
      await tell('shipped', { shipping: { shippedAt: time(3), estimatedSettlementAt: time(7) } }),
    ).to.equal(true);
    expect(await tell('shipped', { shipping: { shippedAt: time(6) } }), 'told again').to.equal(false);
    expect(await tell('reminded', { shipping: { remindedAt: time(1) } })).to.equal(true);
    const after = await orders.find(order.mchId, order.outTradeNo);
    expect(after?.status).to.equal('created');
    expect(after?.settlement).to.deep.equal(settlement);
    expect(after?.shipping).to.deep.equal({
      shippedAt: time(5),
      estimatedSettlementAt: time(7),
      remindedAt: time(1),
    });
    expect(after?.timeLine.map(({ event }) => event)).to.deep.equal([
      'created',
      'settled',
      'shipped',
      'reminded',
    ]);
  });

  it('finds its order by the transaction', async () => {
    const { order } = await orders.register(newOrder());
    const { transactionId } = paymentOf(order);
    expect(await orders.findByTransaction(order.mchId, transactionId)).to.equal(undefined);
    await orders.pay(order, paymentOf(order), { eventKey: 'event-1', effects: [] });
    expect((await orders.findByTransaction(order.mchId, transactionId))?.id).to.equal(order.id);
    expect(await orders.findByTransaction('1900000002', transactionId)).to.equal(undefined);
  });
});

describe('a payment that names two apps', () => {
  const { orders } = useStore().store;
  const named = { subAppId: 'wx00000000000000aa', openId: 'in-provider', subOpenId: 'in-merchant' };

  for (const [appOfOrder, openId] of [
    ['wx0000000000000001', 'in-provider'],
    ['wx00000000000000aa', 'in-merchant'],
  ] as const) {
    it(`pays an order of ${appOfOrder}, and the payer is the one of that app`, async () => {
      const { order } = await orders.register(newOrder({ appId: appOfOrder }));
      const payment = paymentOf({ ...order, appId: 'wx0000000000000001' }, named);
      const after = await orders.pay(order, payment, { eventKey: 'event-1', effects: [] });
      expect(after?.payment).to.include({ openId });
    });
  }

  it('pays no order of a third app, nor of another merchant than the order names', async () => {
    const third = (await orders.register(newOrder({ appId: 'wx00000000000000bb' }))).order;
    const other = (await orders.register(newOrder({ subMchId: '1900000109' }))).order;
    const options = { eventKey: 'event-1', effects: [] };
    const payments = [
      orders.pay(third, paymentOf({ ...third, appId: 'wx0000000000000001' }, named), options),
      orders.pay(other, paymentOf(other, { subMchId: '1900000110' }), options),
      orders.pay(other, paymentOf(other), options),
    ];
    for (const payment of payments) {
      const code = await payment.then(
        () => 'paid',
        (error: { code?: string }) => error.code,
      );
      expect(code).to.equal('ORDER_IDS_DIFFER');
    }
  });
});
