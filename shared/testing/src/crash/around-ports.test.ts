import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import { createAroundPorts, type Watch } from './around-ports.ts';
import { type CrashPoint, toText } from './crash-point.ts';
import { createProcessLife, type ProcessLife } from './process-life.ts';

describe('the steps of a service', () => {
  let points: string[];
  let units: string[];
  let target: string | undefined;
  let life: ProcessLife;
  let written: string[];
  beforeEach(() => {
    points = [];
    units = [];
    written = [];
    target = undefined;
    life = createProcessLife('order-worker', () => written.push('cut'));
  });

  const watch: Watch = {
    mayBegin: () => undefined,
    began: () => undefined,
    ended: () => undefined,
    found: (_service, unit) => void units.push(unit),
    isTarget: (point: CrashPoint) => toText(point) === target,
    reached: (point: CrashPoint) => void points.push(toText(point)),
  };
  const createPorts = () =>
    createAroundPorts(
      life,
      watch,
    )({
      store: { orders: { pay: async (id: string) => written.push(id) } },
      clock: { now: () => 7 },
      shop: { tell: async () => Promise.reject(new AppError('SHOP_BUSY')) },
    });

  it('are the calls that give a promise, whatever their port is called', async () => {
    const { clock, store, shop } = createPorts();
    const { handlers } = createAroundPorts(
      life,
      watch,
    )({
      handlers: {
        brew: async () => {
          await store.orders.pay('1');
          await shop.tell().catch(() => undefined);
          return clock.now();
        },
      },
    });
    expect(await handlers.brew()).to.equal(7);
    expect(units).to.deep.equal(['handlers.brew']);
    expect(points.sort()).to.deep.equal([
      'order-worker after handlers.brew, which gave something',
      'order-worker after shop.tell of handlers.brew, which gave SHOP_BUSY, having called store.orders.pay',
      'order-worker after store.orders.pay of handlers.brew, which gave something',
      'order-worker before handlers.brew',
      'order-worker before shop.tell of handlers.brew, having called store.orders.pay',
      'order-worker before store.orders.pay of handlers.brew',
    ]);
  });

  it('are not taken by a process that is killed before them, nor answered after them', async () => {
    for (const [side, before] of [
      ['before', []],
      ['after', ['paid']],
    ] as const) {
      written = [];
      life = createProcessLife('order-worker', () => written.push('cut'));
      const gave = side === 'after' ? ', which gave something' : '';
      target = `order-worker ${side} store.orders.pay${gave}`;
      const { clock, store } = createPorts();
      clock.now();
      const answer = store.orders.pay('paid').then(
        () => 'answered',
        () => 'buried',
      );
      await life.over;
      expect(written).to.deep.equal([...before, 'cut']);
      const next = store.orders.pay('later').catch(() => 'buried');
      expect(clock.now()).to.equal(7);
      life.bury();
      expect(await answer).to.equal('buried');
      expect(await next).to.equal('buried');
      expect(written).to.deep.equal([...before, 'cut']);
    }
  });
});
