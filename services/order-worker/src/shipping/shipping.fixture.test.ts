import { generateKeyPairSync } from 'node:crypto';
import { type App, type JobData, toUploadEffectId } from '@huidiao/contracts';
import type { JobAttempt } from '@huidiao/queue';
import { createLogger, createMetrics } from '@huidiao/runtime';
import type { NewOrder, NewShipment, Order, OrderShipment } from '@huidiao/store';
import {
  type AppCaller,
  createAppCaller,
  createShippingClient,
  createStableTokenFetcher,
  type ShippingClient,
} from '@huidiao/wechat';
import { createSimulator, type FaultSettings, type Simulator } from '@huidiao/wechat-simulator';
import { after, afterEach, before } from 'mocha';
import type { EventDeps } from '../events/applied.ts';
import {
  appId,
  firstAttempt,
  mchId,
  openId,
  toApplyPayment,
  toDirectory,
  useOrderWorker,
} from '../order-worker.fixture.test.ts';
import type { UploadShipmentDeps } from './upload-attempt.ts';
import { createUploadShipment } from './upload-shipment.ts';

/** The job upload-shipment on a real store, against a simulated WeChat that manages the app's orders. */
export function useShipping() {
  const worker = useOrderWorker();
  const logger = createLogger({ service: 'test', level: 'silent' });
  let simulator: Simulator;
  let caller: AppCaller;
  let shipping: ShippingClient;
  let deps: UploadShipmentDeps & EventDeps;
  before(async () => {
    const app = { appId, appSecret: 'secret', templates: {}, trade: { isManaged: true } };
    simulator = await createSimulator({ merchants: [toMerchant()], apps: [app] });
    caller = createCaller(simulator, logger);
    simulator.faults.set({ trade_visible_after_ms: 0 });
    shipping = createShippingClient(caller);
    deps = {
      ...worker.deps,
      directory: toDirectory({ template: false }),
      shipping,
      management: { isManaged: async () => true },
      shipments: { inc: () => undefined },
    };
  });
  afterEach(() => simulator.faults.set(noFaults));
  after(async () => {
    caller?.close();
    await simulator?.close();
  });

  return {
    ...worker,
    get simulator() {
      return simulator;
    },
    get deps() {
      return deps;
    },
    get shipping() {
      return shipping;
    },
    /** An order for goods that are sent by express, paid here and at WeChat. */
    newPaidOrder,
    /** The same, and the shop has accepted it. */
    async newAcceptedOrder(facts: Partial<NewOrder> = {}): Promise<Order> {
      const paid = await newPaidOrder(facts);
      const accepted = await worker.deps.store.orders.accept(mchId, paid.outTradeNo, 'none', {
        httpStatus: 200,
        fulfilledToo: facts.logisticsType === 3,
        effects: [],
      });
      return accepted ?? paid;
    },
    /** Adds it as POST /v1/orders/…/shipments does. */
    async addShipment(order: Order, facts: Partial<NewShipment> = {}): Promise<string> {
      const shipment = { ...newShipment(), ...facts };
      const cause = { dueAt: new Date(), requestId: 'request-1' };
      const added = await worker.deps.store.orders.addShipment(order, () => shipment, cause);
      if (added?.outcome !== 'added') throw new Error(`not added: ${added?.outcome}`);
      return shipment.shipmentId;
    },
    /** One attempt; gives the outcome, or the error. */
    upload(
      order: Order,
      shipmentId: string,
      { attempt = 1, jobId = 'job-1', ...changed }: Partial<UploadShipmentDeps> & UploadAttempt = {},
    ): Promise<unknown> {
      const run = createUploadShipment({ ...deps, ...changed });
      return run(toJob(order, shipmentId), { ...firstAttempt(jobId), attempt }).then(
        ({ outcome }) => outcome,
        (error: unknown) => error,
      );
    },
    async shipmentOf(order: Order, shipmentId: string): Promise<OrderShipment> {
      const shipment = (await worker.find(order)).shipments.find((one) => one.shipmentId === shipmentId);
      if (shipment === undefined) throw new Error('the order has no such shipment');
      return shipment;
    },
    /** The app that WeChat manages. */
    get app(): App {
      const app = deps.directory.apps.get(appId);
      if (app === undefined) throw new Error('no such app');
      return app;
    },
    /** How often WeChat took everything as shipped: 2 is the re-shipment. */
    timesShipped(order: Order): number | undefined {
      return simulator
        .ledger(order.outTradeNo)
        .trades.find((trade) => trade.out_trade_no === order.outTradeNo)?.finish_shipping_count;
    },
    callsOf(api: string): number {
      return simulator.ledger().calls.counts[api] ?? 0;
    },
    fail(
      api: 'upload_shipping_info' | 'upload_combined_shipping_info' | 'get_order',
      fault: Partial<FaultSettings['api'][number]>,
    ): void {
      const given = { api, moment: 'before', answer: 'silence', times: 1, ...fault } as const;
      simulator.faults.set({ api: [...simulator.faults.settings.api, given] });
    },
  };

  async function newPaidOrder(facts: Partial<NewOrder> = {}): Promise<Order> {
    const order = await worker.newOrder({ logisticsType: 1, ...facts });
    const { outTradeNo } = order;
    const told = { ...toApplyPayment(order).payment, transactionId: payAtWechat(order) };
    const named = 'openId' in facts ? told : { ...told, openId };
    const paid = await worker.deps.store.orders.pay(order, named, { eventKey: outTradeNo, effects: [] });
    if (paid === undefined) throw new Error('not paid');
    return paid;
  }

  /** Alone, or where the order says so with another one in a combined payment. */
  function payAtWechat({ outTradeNo, amountFen: totalFen, combineOutTradeNo }: Order): string {
    const payer = { mchId, appId, openId, notifyUrl: 'http://127.0.0.1:9' };
    if (combineOutTradeNo === undefined) {
      return simulator.payDirectly({ ...payer, outTradeNo, totalFen }, { drop: 100 }).transactionId;
    }
    const subOrders = [outTradeNo, `${outTradeNo}-2`].map((number) => ({ outTradeNo: number, totalFen }));
    simulator.payCombined({ ...payer, combineOutTradeNo, subOrders }, { drop: 100 });
    const paid = simulator.ledger(outTradeNo).orders.find((one) => one.out_trade_no === outTradeNo);
    return paid?.transaction_id ?? '';
  }
}

interface UploadAttempt {
  readonly attempt?: JobAttempt['attempt'];
  readonly jobId?: string;
}

const noFaults: Partial<FaultSettings> = {
  api: [],
  trade_visible_after_ms: 0,
  repeated_shipping: 'unchanged',
};

let shipments = 0;

/** All of an order in one parcel. */
export function newShipment(): NewShipment {
  shipments += 1;
  return {
    shipmentId: `s-${shipments}`,
    logisticsType: 1,
    deliveryMode: 1,
    isAllDelivered: true,
    isReplacement: false,
    items: [{ itemDesc: '手冲咖啡 250g', trackingNo: `YT${shipments}`, expressCompany: 'YTO' }],
    contentHash: `hash-${shipments}`,
  };
}

export function toJob(order: Order, shipmentId: string): JobData<'upload-shipment'> {
  const { outTradeNo } = order;
  return { mchId, outTradeNo, effectId: toUploadEffectId(order, shipmentId), requestId: 'request-1' };
}

/** WeChat knows it; nothing here is signed. */
function toMerchant() {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    mchId,
    merchantSerialNo: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
    merchantPublicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    apiV3Key: '0123456789abcdefghijklmnopqrstuv',
    appIds: [appId],
  };
}

function createCaller(simulator: Simulator, logger: ReturnType<typeof createLogger>): AppCaller {
  const observers = { logger, metrics: createMetrics({ service: 'test' }) };
  const fetchToken = createStableTokenFetcher({ baseUrl: simulator.uri, ...observers });
  const get: Parameters<typeof createAppCaller>[0]['accessTokens']['get'] = async (app) =>
    (await fetchToken(app, false)).value;
  const accessTokens = { get, replaceRefused: get };
  return createAppCaller({
    name: 'test',
    baseUrl: simulator.uri,
    accessTokens,
    timeoutMs: 250,
    ...observers,
  });
}
