import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { type Merchant, type MerchantDirectory, toBaseJobId, toRefundEffectId } from '@huidiao/contracts';
import { type AppError, toAppError } from '@huidiao/errors';
import type { NewJob } from '@huidiao/queue';
import { createLogger, createMetrics, toLiveDirectory } from '@huidiao/runtime';
import {
  createStore,
  dropTestDatabase,
  findRequest,
  type NewOrder,
  type NewRefundRequest,
  type Order,
  type OrderRefundRequest,
  toRefundEffect,
  withResultsRecorded,
} from '@huidiao/store';
import { plainMerchant, testMongoUri } from '@huidiao/testing';
import { createSimulator, type Simulator } from '@huidiao/wechat-simulator';
import { after, before, beforeEach } from 'mocha';
import type { ApplyPayment } from '../jobs/apply-payment.ts';
import { createMakeRefund } from '../jobs/make-refund.ts';
import { appId, mchId, merchant, toApplyPayment, toDirectory } from '../order-worker.fixture.test.ts';
import type { MakeRefundDeps } from './refund-attempt.ts';
import { createRefundClients, type RefundClients } from './refund-clients.ts';
import { refundPace } from './refund-pace.ts';
import { createRefundQueries } from './refund-queries.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const merchantSerialNo = '5157F09EFDC096DE15EBE81A47057A7232F1B8E1';
export const subMchId = '1900000109';
/** Another direct merchant, whose part an order may be. */
export const otherMchId = '1900000777';

/** The job make-refund on a real store, against a simulated WeChat Pay, with a clock that tests move on. */
export function useRefunds(facts: Partial<Merchant> = {}, { withOther = false } = {}) {
  const uri = testMongoUri();
  const logger = createLogger({ service: 'test', level: 'silent' });
  const metrics = createMetrics({ service: 'test' });
  let aheadMs = 0;
  const clock = { now: () => new Date(Date.now() + aheadMs) };
  const store = createStore({ uri, logger, metrics, clock });
  const sink = withResultsRecorded(store);
  const added: NewJob[] = [];
  const alarms: string[] = [];
  let simulator: Simulator;
  let clients: RefundClients | undefined;
  let impatient: RefundClients | undefined;
  let deps: MakeRefundDeps;

  const close = () => {
    clients?.close();
    impatient?.close();
  };

  before(async () => {
    await store.migrate();
    const own = toSimulated(facts);
    const merchants = withOther ? [own, { ...own, mchId: otherMchId }] : [own];
    simulator = await createSimulator({ merchants });
  });
  beforeEach(() => {
    added.length = 0;
    alarms.length = 0;
    simulator.faults.reset();
    simulator.faults.set({ refund_course: 'PROCESSING' });
    simulator.setBalance(mchId, undefined);
    close();
    const directory = toLiveDirectory(toKnown());
    const clientsOf = (timeoutMs: number) =>
      createRefundClients({ directory, baseUrl: simulator.uri, timeoutMs, logger, metrics });
    clients = clientsOf(5_000);
    impatient = clientsOf(200);
    deps = {
      store,
      producer: { add: async (job: NewJob) => void added.push(job) },
      directory,
      refundClients: clients,
      refundQueries: createRefundQueries({ clientOf: clients.of, turns: store.turns, clock }),
      adoptedRefunds: { inc: () => undefined },
      refundReport: { ended: () => undefined, alarm: (alarm) => void alarms.push(alarm) },
      pace: refundPace,
      effectGraceMs: 10_000,
      clock,
      logger,
    };
  });
  after(async () => {
    close();
    await simulator?.close();
    await store.close();
    await dropTestDatabase(uri);
  });

  const find = async ({ outTradeNo }: Order): Promise<Order> => {
    const order = await store.orders.find(mchId, outTradeNo);
    if (order === undefined) throw new Error('the order is gone');
    return order;
  };

  return {
    store,
    added,
    alarms,
    clock,
    find,
    get simulator() {
      return simulator;
    },
    get deps() {
      return deps;
    },
    /** Gives up at once where WeChat Pay does not answer. */
    get impatient() {
      return { refundClients: impatient ?? deps.refundClients };
    },
    /** Here and at WeChat. */
    async pass(ms: number): Promise<void> {
      aheadMs += ms;
      await simulator.clock.advance(ms);
    },
    /** An order of 8,800 fen, of a buyer of its own, that is paid here and at WeChat. */
    async newPaidOrder(changes: Partial<NewOrder> = {}): Promise<Order> {
      const { order } = await store.orders.register({ ...toNewOrder(clock.now()), ...changes });
      const { payment } = payAtWeChat(order);
      const paid = await store.orders.pay(order, payment, { eventKey: order.outTradeNo, effects: [] });
      if (paid === undefined) throw new Error('not paid');
      return paid;
    },
    /** The same, closed here before it was paid at WeChat, and the job of its payment. */
    async newLateOrder(): Promise<{ order: Order; job: ApplyPayment }> {
      const { order: open } = await store.orders.register(toNewOrder(clock.now()));
      const order = await store.orders.close(open);
      if (order === undefined) throw new Error('not closed');
      return { order, job: payAtWeChat(order) };
    },
    async request(
      order: Order,
      outRefundNo: string,
      refundFen = 100,
      more: Partial<NewRefundRequest> = {},
    ): Promise<void> {
      const { outTradeNo } = order;
      const cause = { requestId: 'request-1', lane: 'live' } as const;
      const effect = toRefundEffect({ mchId, outTradeNo, outRefundNo }, cause, clock.now());
      const wanted = { outRefundNo, refundFen, requestedBy: 'api', ...more };
      const requested = await store.orders.requestRefund(mchId, outTradeNo, wanted, { effects: [effect] });
      if (requested?.outcome !== 'requested') throw new Error(`not requested: ${requested?.outcome}`);
    },
    /** One run of its job, as a worker does it: the outcome, or the code; what fails for good is a dead letter. */
    async run(
      order: Order,
      outRefundNo: string,
      { jobId, dies, ...changes }: Partial<MakeRefundDeps> & RunOptions = {},
    ): Promise<string> {
      const { outTradeNo } = order;
      const effectId = toRefundEffectId(mchId, outTradeNo, outRefundNo);
      const data = { mchId, outTradeNo, effectId, requestId: 'request-1' };
      const attempt = { jobId: jobId ?? effectId, lane: 'live' } as const;
      try {
        const { outcome } = await createMakeRefund({ ...deps, ...changes })(data, attempt);
        await sink.resolve('order-refund', toBaseJobId(attempt.jobId));
        return outcome;
      } catch (thrown) {
        const { code, kind, message, details } = toAppError(thrown);
        if (code === 'INTERNAL_ERROR') throw thrown;
        if (kind === 'permanent' && dies !== true) await bury(effectId, data, { code, message, details });
        return code;
      }
    },
    async refundOf(order: Order, outRefundNo: string): Promise<OrderRefundRequest> {
      const request = findRequest(await find(order), outRefundNo);
      if (request === undefined) throw new Error('the order has no such refund');
      return request;
    },
    /** In how many milliseconds its job runs again; undefined where it does not. */
    async dueInMs(order: Order, outRefundNo: string): Promise<number | undefined> {
      const id = toRefundEffectId(mchId, order.outTradeNo, outRefundNo);
      const effect = (await find(order)).effects.find((one) => one.id === id);
      if (effect === undefined) return undefined;
      return Math.round((effect.dueAt.getTime() - clock.now().getTime()) / 1_000) * 1_000;
    },
    /** What WeChat has given back of an order. */
    refundsAtWeChat(order: Order): { readonly out_refund_no: string; readonly status: string }[] {
      return simulator
        .ledger(order.outTradeNo)
        .refunds.map(({ out_refund_no, status }) => ({ out_refund_no, status }));
    },
    callsOf(api: 'refund' | 'refund_query'): number {
      return simulator.ledger().calls.counts[api] ?? 0;
    },
    async deadLetterOf(order: Order, outRefundNo: string) {
      const id = toRefundEffectId(mchId, order.outTradeNo, outRefundNo);
      return await store.deadLetters.find('order-refund', id);
    },
  };

  function toKnown(): MerchantDirectory {
    const known = toDirectory({ merchant: { ...toMerchant(simulator), ...facts } });
    const own = known.merchants.get(mchId);
    if (!withOther || own === undefined) return known;
    return {
      ...known,
      merchants: new Map([...known.merchants, [otherMchId, { ...own, mchId: otherMchId }]]),
    };
  }

  /** A part of another merchant is paid to that one. */
  function payAtWeChat(order: Order): ApplyPayment {
    const { outTradeNo, amountFen: totalFen, openId = 'o-nobody', combineOutTradeNo } = order;
    const isPart = combineOutTradeNo !== undefined;
    const sub = facts.isServiceProvider === true ? { sub: { mchId: subMchId } } : {};
    const paid = isPart ? (order.subMchId ?? mchId) : mchId;
    const notifyUrl = 'http://127.0.0.1:9';
    const direct = { mchId: paid, appId, openId, outTradeNo, totalFen, notifyUrl, ...sub };
    const { transactionId } = simulator.payDirectly(direct, { drop: 20 });
    const { payment, ...job } = toApplyPayment(order);
    const told =
      facts.isServiceProvider === true ? { ...payment, subMchId } : { ...payment, ...toPart(order) };
    return { ...job, callbackKey: outTradeNo, payment: { ...told, transactionId } };
  }

  function bury(
    jobId: string,
    payload: object,
    { code: errorCode, message: reason, details }: Pick<AppError, 'code' | 'message' | 'details'>,
  ): Promise<void> {
    const at = { firstAttemptAt: clock.now(), failedAt: clock.now() };
    const named = { queue: 'order-refund', jobName: 'make-refund', jobId, payload };
    return sink.store({ ...named, errorCode, reason, details, attempts: 1, ...at });
  }
}

function toPart({ subMchId: paid }: Order): { subMchId?: string } {
  return paid === undefined ? {} : { subMchId: paid };
}

interface RunOptions {
  readonly jobId?: string;
  /** The process ends before the dead letter is stored. */
  readonly dies?: boolean;
}

function toNewOrder(now: Date): NewOrder {
  const suffix = randomBytes(8).toString('hex');
  return {
    mchId,
    appId,
    outTradeNo: `t-${suffix}`,
    openId: `o-${suffix}`,
    description: '手冲咖啡 250g',
    amountFen: 8_800,
    currency: 'CNY',
    logisticsType: 3,
    timeExpire: new Date(now.getTime() + 3_600_000),
    prepay: false,
    contentHash: 'hash',
  };
}

function toSimulated({ isServiceProvider = false }: Partial<Merchant>) {
  const merchantPublicKeyPem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const apiV3Key = randomBytes(16).toString('hex');
  return { mchId, merchantSerialNo, merchantPublicKeyPem, apiV3Key, appIds: [appId], isServiceProvider };
}

function toMerchant({ platform: { publicKey } }: Simulator): Partial<Merchant> {
  if (publicKey === undefined) throw new Error('the simulator has no public key');
  return {
    ...plainMerchant,
    merchantSerialNo,
    merchantPrivateKeyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    wechatpayPublicKeys: [publicKey],
    limits: { ...merchant.limits, queriesPerSecond: 600 },
  };
}
