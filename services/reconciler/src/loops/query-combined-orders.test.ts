import type { Order } from '@huidiao/store';
import type { PayClient, QueriedTransaction } from '@huidiao/wechat';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { appId, mchId } from '../reconciler.fixture.test.ts';
import { hourMs, minuteMs, useOpenOrders } from './open-orders.fixture.test.ts';

describe('asking WeChat Pay about combined orders (合单)', () => {
  const orders = useOpenOrders();
  const { clock, connect, createRound, outcomes, recording, register } = orders;
  let wholes = 0;

  const newNumber = (): string => {
    wholes += 1;
    return `whole-${Date.now()}-${wholes}`;
  };
  const registerWhole = (combineOutTradeNo: string, parts: readonly Order[]) =>
    orders.store.combinedOrders.register({
      mchId,
      combineOutTradeNo,
      appId,
      parts: parts.map(({ outTradeNo }) => ({ mchId, outTradeNo })),
      timeExpire: (parts[0] as Order).timeExpire,
      notifyUrl: `${orders.simulator.uri}/nowhere`,
      contentHash: 'hash',
    });
  const healed = () =>
    recording.added.map(({ data }) => (data as { payment: { outTradeNo: string } }).payment.outTradeNo);

  /** WeChat Pay as it would be if these parts were paid; `onQuery` is told of which whole it is asked. */
  function toPaying(parts: readonly Order[], onQuery: (combineOutTradeNo: string) => void): PayClient {
    return {
      ...connect(),
      queryByOutTradeNo: () => expect.fail('a part was asked about by itself'),
      queryCombined: async (combineOutTradeNo) => {
        onQuery(combineOutTradeNo);
        return new Map(parts.map(({ outTradeNo }, index) => [outTradeNo, toPaid(outTradeNo, index)]));
      },
    };
  }
  function toPaid(outTradeNo: string, index: number): QueriedTransaction {
    const payment = {
      type: 'payment.succeeded' as const,
      mchId,
      appId,
      outTradeNo,
      transactionId: `420000000020261122000000${index}`,
      amountFen: 888,
      currency: 'CNY',
      tradeType: 'JSAPI',
    };
    return { state: 'paid', refunded: false, payment };
  }

  it('asks once, for all parts, also for those that are not due', async () => {
    const combineOutTradeNo = newNumber();
    const part = () => register({ combineOutTradeNo });
    const parts = [await part(), await part(), await part()] as const;
    await registerWhole(combineOutTradeNo, parts);
    await orders.store.orders.recordQuery(parts[2], {
      nextQueryAt: new Date(clock.now().getTime() + hourMs),
    });
    const asked: string[] = [];
    const replica = createRound({ client: toPaying(parts, (number) => asked.push(number)) });
    clock.advance(minuteMs);
    expect(await replica()).to.equal(2);
    expect(asked).to.deep.equal([combineOutTradeNo]);
    expect(healed()).to.have.members(parts.map(({ outTradeNo }) => outTradeNo));
    expect(outcomes).to.deep.equal(['healed', 'healed', 'healed']);
    clock.advance(minuteMs);
    expect(await replica()).to.equal(0);
  });

  it('believes nothing that is said of a number which another whole has', async () => {
    const combineOutTradeNo = newNumber();
    const own = await register({ combineOutTradeNo });
    const ofAnother = await register({ combineOutTradeNo: newNumber() });
    await orders.store.orders.recordQuery(ofAnother, {
      nextQueryAt: new Date(clock.now().getTime() + hourMs),
    });
    await registerWhole(combineOutTradeNo, [own, ofAnother]);
    const replica = createRound({ client: toPaying([own, ofAnother], () => undefined) });
    clock.advance(minuteMs);
    await replica();
    expect(healed()).to.deep.equal([own.outTradeNo]);
  });
});
