import type { App, JobData } from '@huidiao/contracts';
import type { Order } from '@huidiao/store';
import { createShippingManagement } from '@huidiao/wechat';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createFulfilOrder, type FulfilOrderDeps } from '../jobs/fulfil-order.ts';
import {
  firstAttempt,
  mchId,
  toDirectory,
  toFulfilOrder,
  useOrderWorker,
} from '../order-worker.fixture.test.ts';

describe('the upload of what is delivered at once', () => {
  const { deps, newPaidOrder, find, added } = useOrderWorker();

  async function fulfil(
    order: Order,
    shipping: App['shipping'],
    management: FulfilOrderDeps['management'],
  ): Promise<string[]> {
    const directory = toDirectory({ template: false, app: { shipping } });
    const run = createFulfilOrder({ ...deps, directory, management });
    const job: JobData<'fulfil-order'> = toFulfilOrder(order);
    await run(job, firstAttempt('job-1'));
    return (await find(order)).effects.map(({ id }) => id);
  }
  const wanted = { autoUpload: true, remindReceipt: false };
  const managed = { isManaged: async () => true };

  for (const logisticsType of [3, 4] as const) {
    it(`is asked for when the shop has accepted an order of logistics type ${logisticsType}`, async () => {
      const order = await newPaidOrder({ logisticsType });
      const ids = await fulfil(order, wanted, managed);
      expect(ids).to.deep.equal([`upload-shipment_${mchId}_${order.outTradeNo}_auto`]);
      const { status, effects } = await find(order);
      expect(status).to.equal('fulfilled');
      // WeChat does not know the payment in the first seconds: the job is left to the reconciler.
      expect(Number(effects[0]?.dueAt)).to.be.greaterThan(Date.now() + 10_000);
      expect(added).to.deep.equal([]);
    });
  }

  for (const logisticsType of [1, 2] as const) {
    it(`is not for goods of logistics type ${logisticsType}, which somebody has to bring`, async () => {
      expect(await fulfil(await newPaidOrder({ logisticsType }), wanted, managed)).to.deep.equal([]);
    });
  }

  it('is not asked for where the app does not want it, nor is WeChat', async () => {
    const asked = { isManaged: () => Promise.reject(new Error('nobody should ask')) };
    expect(await fulfil(await newPaidOrder(), { ...wanted, autoUpload: false }, asked)).to.deep.equal([]);
  });

  it('is not asked for where WeChat does not manage the app', async () => {
    const unmanaged = { isManaged: async () => false };
    expect(await fulfil(await newPaidOrder(), wanted, unmanaged)).to.deep.equal([]);
  });

  it('asks WeChat again where it said long before the payment that it does not manage the app', async () => {
    let asked = 0;
    let isManaged = false;
    const isTradeManaged = async () => {
      asked += 1;
      return { kind: 'done', isManaged } as const;
    };
    let aheadMs = -60_000;
    const clock = { now: () => new Date(Date.now() + aheadMs) };
    const management = createShippingManagement({ isTradeManaged }, clock);
    const [app] = toDirectory({ app: { shipping: wanted } }).apps.values();
    expect(await management.isManaged(app as App)).to.equal(false);
    aheadMs = 0;
    isManaged = true;
    expect(await fulfil(await newPaidOrder(), wanted, management)).to.have.length(1);
    expect(asked).to.equal(2);
  });

  it('asks WeChat once about the orders of ten seconds', async () => {
    let asked = 0;
    const isTradeManaged = async () => {
      asked += 1;
      return { kind: 'done', isManaged: false } as const;
    };
    const management = createShippingManagement({ isTradeManaged });
    for (let orders = 0; orders < 3; orders += 1) {
      expect(await fulfil(await newPaidOrder(), wanted, management)).to.deep.equal([]);
    }
    expect(asked).to.equal(1);
  });

  it('is asked for where WeChat does not say: the job asks again', async () => {
    const silent = { isManaged: () => Promise.reject(new Error('away')) };
    expect(await fulfil(await newPaidOrder(), wanted, silent)).to.have.length(1);
  });
});
