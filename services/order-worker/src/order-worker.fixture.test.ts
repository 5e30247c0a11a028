import { randomBytes } from 'node:crypto';
import type { App, JobData, Merchant, MerchantDirectory, RefundEvent, ShopWebhook } from '@huidiao/contracts';
import { toEffectId, toRefundCallbackKey } from '@huidiao/contracts';
import type { JobAttempt, NewJob } from '@huidiao/queue';
import { createLogger, createMetrics } from '@huidiao/runtime';
import {
  createStore,
  dropTestDatabase,
  type Effect,
  type NewOrder,
  type Order,
  type Store,
} from '@huidiao/store';
import { plainApp, plainMerchant, testMongoUri } from '@huidiao/testing';
import { after, before, beforeEach } from 'mocha';
import type { EventDeps } from './events/applied.ts';
import type { ApplyPayment, ApplyPaymentDeps } from './jobs/apply-payment.ts';
import type { ApplyRefund, ApplyRefundDeps } from './jobs/apply-refund.ts';
import type { FulfilOrderDeps } from './jobs/fulfil-order.ts';

export const mchId = '1900000001';
export const appId = 'wx8888888888888888';
export const openId = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';

/** What the shop was told, in the order of the telling. */
export interface Told {
  readonly id: string;
  readonly webhook: ShopWebhook;
}

/** What all handlers need. */
export type WorkerDeps = Omit<ApplyPaymentDeps & ApplyRefundDeps & FulfilOrderDeps & EventDeps, 'store'> & {
  readonly store: Store;
};

/** Handlers of the order-worker with a store of their own; the shop and the queue only note what they are given. */
export interface OrderWorkerFixture {
  readonly deps: WorkerDeps;
  readonly told: Told[];
  readonly added: NewJob[];
  newOrder(facts?: Partial<NewOrder>): Promise<Order>;
  /** An order that is paid and waits for its fulfilment. */
  newPaidOrder(facts?: Partial<NewOrder>): Promise<Order>;
  find(order: Order): Promise<Order>;
}

const app: App = {
  appId,
  appSecret: 'secret',
  ...plainApp,
  miniprogramState: 'formal',
  lang: 'zh_CN',
  templates: { orderPaid: { templateId: 'template', page: undefined, data: {}, usefulForMs: 3_600_000 } },
};

export const merchant: Merchant = {
  mchId,
  merchantSerialNo: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
  merchantPrivateKeyPem: '',
  apiV3Key: '',
  ...plainMerchant,
  wechatpayPublicKeys: [],
  platformCertificatePems: [],
  appIds: [appId],
  shop: undefined,
  unknownOrder: 'dead_letter',
  latePayment: 'refund',
  limits: { callbacksPerSecond: 1_000, callbacksBurst: 5_000, queriesPerSecond: 20 },
};

/** A directory with the merchant, or without it, and with the app's template for paid orders, or without it. */
export function toDirectory(
  facts: {
    knowsMerchant?: boolean;
    template?: boolean;
    merchant?: Partial<Merchant>;
    app?: Partial<App>;
  } = {},
): MerchantDirectory {
  const { knowsMerchant = true, template = true } = facts;
  const known = template ? app : { ...app, templates: { orderPaid: undefined } };
  return {
    merchants: new Map(knowsMerchant ? [[mchId, { ...merchant, ...facts.merchant }]] : []),
    apps: new Map([[appId, { ...known, ...facts.app }]]),
  };
}

/** For all tests of the describe that calls this. */
export function useOrderWorker(): OrderWorkerFixture {
  const uri = testMongoUri();
  const logger = createLogger({ service: 'test', level: 'silent' });
  const store = createStore({ uri, logger, metrics: createMetrics({ service: 'test' }) });
  const told: Told[] = [];
  const added: NewJob[] = [];
  before(() => store.migrate());
  beforeEach(() => {
    told.length = 0;
    added.length = 0;
  });
  after(async () => {
    await store.close();
    await dropTestDatabase(uri);
  });

  const newOrder = async (facts: Partial<NewOrder> = {}) =>
    (await store.orders.register({ ...toNewOrder(), ...facts })).order;

  return {
    deps: {
      store,
      producer: { add: async (job: NewJob) => void added.push(job) },
      shop: {
        tell: async (_merchant, id, webhook) => {
          told.push({ id, webhook });
          return { httpStatus: 200 };
        },
        close: () => undefined,
      },
      refundQueries: { query: () => Promise.reject(new Error('nobody should ask')) },
      adoptedRefunds: { inc: () => undefined },
      refundReport: { ended: () => undefined, alarm: () => undefined },
      management: { isManaged: async () => false },
      directory: toDirectory(),
      effectGraceMs: 10_000,
      clock: { now: () => new Date() },
      logger,
    },
    told,
    added,
    newOrder,
    async newPaidOrder(facts) {
      const order = await newOrder(facts);
      const { payment, callbackKey } = toApplyPayment(order);
      const effects = [toFulfilment(order)];
      const paid = await store.orders.pay(order, payment, { eventKey: callbackKey, effects });
      if (paid === undefined) throw new Error('not paid');
      return paid;
    },
    async find({ outTradeNo }) {
      const found = await store.orders.find(mchId, outTradeNo);
      if (found === undefined) throw new Error('the order is gone');
      return found;
    },
  };
}

function toNewOrder(): NewOrder {
  return {
    mchId,
    appId,
    outTradeNo: `t-${randomBytes(8).toString('hex')}`,
    openId,
    description: '手冲咖啡 250g',
    amountFen: 8_800,
    currency: 'CNY',
    logisticsType: 3,
    timeExpire: new Date(Date.now() + 3_600_000),
    prepay: false,
    contentHash: 'hash',
  };
}

function toFulfilment({ outTradeNo }: Order): Effect {
  const id = toEffectId('fulfil-order', mchId, outTradeNo);
  return { id, job: 'fulfil-order', dueAt: new Date(Date.now() + 10_000), requestId: 'request-1' };
}

/** The job of an order's fulfilment. */
export function toFulfilOrder(order: Order): JobData<'fulfil-order'> {
  const { outTradeNo } = order;
  return { mchId, outTradeNo, effectId: toFulfilment(order).id, requestId: 'request-1' };
}

/** The job of the payment that fits an order. */
export function toApplyPayment({ outTradeNo, amountFen }: Order): ApplyPayment {
  const transactionId = `42${outTradeNo.slice(2)}`;
  return {
    requestId: 'request-1',
    callbackKey: `payment_${mchId}_${transactionId}_SUCCESS`,
    notificationId: 'notification-1',
    eventType: 'TRANSACTION.SUCCESS',
    receivedAt: '2026-11-22T08:00:00.000Z',
    payment: {
      type: 'payment.succeeded',
      mchId,
      appId,
      outTradeNo,
      transactionId,
      amountFen,
      currency: 'CNY',
      tradeType: 'JSAPI',
    },
  };
}

/** The job of a refund of all of an order; see toApplyPayment for its transaction. */
export function toApplyRefund(order: Order, changes: Partial<RefundEvent> = {}): ApplyRefund {
  const { outTradeNo, amountFen } = order;
  const refund = {
    type: 'refund.succeeded',
    mchId,
    outTradeNo,
    transactionId: toApplyPayment(order).payment.transactionId,
    outRefundNo: `refund-no-${outTradeNo}`,
    refundId: `5030${outTradeNo.slice(2)}`,
    refundFen: amountFen,
    totalFen: amountFen,
    proof: 'signature',
    ...changes,
  } as RefundEvent;
  return {
    requestId: 'request-2',
    callbackKey: toRefundCallbackKey(refund),
    notificationId: 'notification-2',
    eventType: 'REFUND.SUCCESS',
    receivedAt: '2026-11-22T08:00:00.000Z',
    refund,
  };
}

/** The first attempt at a job. */
export function firstAttempt(jobId: string): JobAttempt {
  return {
    jobId,
    lane: 'live',
    attempt: 1,
    postponements: 0,
    firstAttemptAt: new Date(),
    failing: undefined,
    signal: new AbortController().signal,
  };
}

/** Its outcome, or the code of what it threw. */
export function outcomeOf(run: Promise<{ readonly outcome: string }>): Promise<string> {
  return run.then(
    ({ outcome }) => outcome,
    (error: { code?: string }) => String(error.code),
  );
}
