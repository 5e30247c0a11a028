import {
  type JobData,
  type JobName,
  jobCatalogue,
  type MerchantDirectory,
  type PaymentSucceeded,
  type RefundEvent,
  toApplyPaymentJobId,
  toApplyRefundJobId,
  toBaseJobId,
  toCountedJobId,
  toEffectId,
} from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import type { JobAttempt } from '@huidiao/queue';
import { type Order, withResultsRecorded } from '@huidiao/store';
import type { RefundRequest } from '@huidiao/wechat';
import { type ApplyPayment, createApplyPayment } from './jobs/apply-payment.ts';
import { createApplyRefund } from './jobs/apply-refund.ts';
import { createFulfilOrder } from './jobs/fulfil-order.ts';
import { createMakeRefund } from './jobs/make-refund.ts';
import {
  firstAttempt,
  toApplyPayment,
  toApplyRefund,
  toDirectory,
  type WorkerDeps,
} from './order-worker.fixture.test.ts';
import type { QueriedRefund } from './refunds/confirm-refund.ts';
import { type RefundPace, refundPace } from './refunds/refund-pace.ts';

/** A job of an effect that is in its queue. */
interface QueuedJob {
  readonly name: JobName;
  readonly data: JobData<'fulfil-order'>;
}

/** Everything that can happen to one order, through the real handlers and the real store. */
export interface OrderWorld {
  /** What happened to whom, while it should not have. */
  readonly faults: readonly string[];
  /** Webhook ids in the order of the telling. */
  readonly told: readonly string[];
  find(): Promise<Order>;
  happen(event: OrderEvent): Promise<unknown>;
  /** Lets everything that is left to do be done, as the queue and the reconciler do in the end. */
  settle(): Promise<void>;
  /** Error codes of the dead letters that nobody has settled. */
  openDeadLetters(): Promise<string[]>;
}

export const orderEvents = [
  'pay',
  'heal',
  'second payment',
  'other amount',
  'other app',
  'refund seen',
  'refund hangs',
  'refund in part',
  'refund in full',
  'make refund',
  'close',
  'fulfil',
  'stray fulfilment',
  'shop gone',
  'message sent',
  'message dead',
  'replay',
  'reconcile',
  'sweep',
  'query',
] as const;
export type OrderEvent = (typeof orderEvents)[number];

/** Beyond every lease and every wait, and later each time. */
let hours = 0;
function much(later = 2): Date {
  hours += later;
  return new Date(Date.now() + hours * 3_600_000);
}

let epochs = 0;

export function createOrderWorld(
  given: WorkerDeps,
  { mchId, outTradeNo, amountFen }: Order,
  latePayment: 'deliver' | 'refund' = 'refund',
): OrderWorld {
  const { store } = given;
  const { orders, deadLetters } = store;
  const sink = withResultsRecorded(store);
  const queue = new Map<string, QueuedJob>();
  const told: string[] = [];
  const faults: string[] = [];
  let heals = 0;
  /** Jobs that the queue tries again. */
  const retries: (() => Promise<void>)[] = [];

  const deps: WorkerDeps = {
    ...given,
    directory: toWorldDirectory(latePayment),
    producer: {
      add: async ({ id, name, data }) => {
        // As BullMQ: an id that is there is left as it is.
        if (!queue.has(id)) queue.set(id, { name, data: data as JobData<'fulfil-order'> });
      },
    },
    shop: {
      tell: async (_merchant, id) => {
        told.push(id);
        const order = await find();
        // One that is refunded at this very moment may be told all the same.
        if (order.transactionId === undefined || order.held === 'refund_seen')
          faults.push(`told of an order that is ${order.held ?? order.status}`);
        return { httpStatus: 200 };
      },
      close: () => undefined,
    },
  };
  const applyPayment = createApplyPayment(deps);
  const applyRefund = createApplyRefund(deps);
  const fulfilOrder = createFulfilOrder(deps);
  const makeRefund = createMakeRefund({ ...deps, ...toRefundPlatform(find), pace: hastyPace });

  async function find(): Promise<Order> {
    const order = await orders.find(mchId, outTradeNo);
    if (order === undefined) throw new Error('the order vanished');
    return order;
  }

  const strayId = toEffectId('fulfil-order', mchId, outTradeNo);
  const attemptOf = (jobId: string): JobAttempt => ({ ...firstAttempt(jobId), lane: 'live' });

  /** Runs a job as a worker does: a success resolves its dead letter, a permanent failure makes one. */
  async function run(of: JobName, jobId: string, data: object, work: () => Promise<unknown>): Promise<void> {
    const duty = jobCatalogue[of].queue;
    try {
      await work();
      await sink.resolve(duty, toBaseJobId(jobId));
    } catch (error) {
      const { code, kind } = toAppError(error);
      if (code === 'INTERNAL_ERROR') throw error;
      if (kind === 'permanent') await bury(duty, toBaseJobId(jobId), of, data, code);
      else retries.push(() => run(of, jobId, data, work));
    }
  }

  const bury = (duty: string, jobId: string, jobName: string, payload: object, errorCode: string) =>
    sink.store({
      queue: duty,
      jobId,
      jobName,
      payload,
      errorCode,
      reason: '',
      details: {},
      attempts: 1,
      firstAttemptAt: new Date(),
      failedAt: new Date(),
    });

  function toJob(changes: Partial<PaymentSucceeded>): ApplyPayment {
    const job = toApplyPayment({ mchId, outTradeNo, amountFen } as Order);
    const payment = { ...job.payment, ...changes };
    const fact = JSON.stringify([payment.transactionId, payment.amountFen, payment.refundSeen]);
    return { ...job, callbackKey: `payment_${mchId}_${fact}`, payment };
  }

  function apply(changes: Partial<PaymentSucceeded>, toId = (id: string) => id): Promise<void> {
    const job = toJob(changes);
    const jobId = toId(toApplyPaymentJobId(job.payment));
    return run('apply-payment', jobId, job, () => applyPayment(job, attemptOf(jobId)));
  }

  function refund(changes: Partial<RefundEvent>): Promise<void> {
    const job = toApplyRefund({ mchId, outTradeNo, amountFen } as Order, changes);
    const jobId = toApplyRefundJobId(job.refund);
    return run('apply-refund', jobId, job, () => applyRefund(job, attemptOf(jobId)));
  }

  async function fulfil(jobId: string, data: JobData<'fulfil-order'>): Promise<void> {
    await run('fulfil-order', jobId, data, () => fulfilOrder(data, attemptOf(jobId)));
    queue.delete(toBaseJobId(jobId));
  }

  /** The queued jobs of a name. */
  const queued = (name: JobName) => [...queue].filter(([, job]) => job.name === name);

  async function kill(name: 'fulfil-order' | 'send-subscribe-message', errorCode: string): Promise<void> {
    for (const [id, { data }] of queued(name)) {
      await bury(
        name === 'fulfil-order' ? 'order-fulfilment' : 'subscribe-message',
        id,
        name,
        data,
        errorCode,
      );
      queue.delete(id);
    }
  }

  async function makeRefunds(): Promise<void> {
    for (const [id, { data }] of queued('make-refund')) {
      queue.delete(id);
      await run('make-refund', id, data, () => makeRefund(data, attemptOf(id)));
    }
  }

  async function sendMessages(): Promise<void> {
    for (const [id] of queued('send-subscribe-message')) {
      await orders.settleEffect(mchId, outTradeNo, id, { event: 'message.sent' });
      queue.delete(id);
    }
    for (const [id] of queued('report-undeliverable')) {
      await orders.settleEffect(mchId, outTradeNo, id, { event: 'undeliverable.told' });
      queue.delete(id);
    }
  }

  async function replay(): Promise<void> {
    const { deadLetters: open } = await deadLetters.list({ state: 'open', outTradeNo, limit: 10 });
    for (const { id, jobId, jobName, payload } of open) {
      const isReplayed = jobName === 'fulfil-order' || jobName === 'apply-payment';
      const taken = isReplayed ? await deadLetters.takeForReplay(id) : undefined;
      if (taken === undefined) continue;
      const counted = toCountedJobId(jobId, 'replay', taken.replays);
      if (jobName === 'fulfil-order') await fulfil(counted, payload as JobData<'fulfil-order'>);
      else await apply((payload as ApplyPayment).payment, () => counted);
    }
  }

  async function reconcile(): Promise<void> {
    const due = await orders.claimDueEffects({ now: much(), leaseMs: 60_000, limit: 1_000 });
    for (const { order, effect } of due.filter((one) => one.order.outTradeNo === outTradeNo)) {
      const data = { mchId: order.mchId, outTradeNo, effectId: effect.id, requestId: effect.requestId };
      await deps.producer.add({ name: effect.job, id: effect.id, data });
    }
  }

  async function sweep(): Promise<void> {
    // Redis was lost with all that was in it.
    queue.clear();
    epochs += 1;
    const options = { epoch: `epoch-${epochs}`, now: much(), limit: 1_000 };
    while ((await orders.sweepEffects(options)) > 0);
    while ((await orders.sweepOpenOrders(options)) > 0);
  }

  async function query(): Promise<void> {
    const now = much();
    const claimed = await orders.claimOrdersToQuery({ mchId, now, leaseMs: 60_000, limit: 1_000 });
    const mine = claimed.find((order) => order.outTradeNo === outTradeNo);
    if (mine !== undefined) await orders.recordQuery(mine, { nextQueryAt: much() });
  }

  const happenings: Record<OrderEvent, () => Promise<unknown>> = {
    pay: () => apply({}),
    heal: () => {
      heals += 1;
      const count = heals;
      return apply({}, (id) => toCountedJobId(id, 'heal', count));
    },
    'second payment': () => apply({ transactionId: `second${outTradeNo.slice(2)}` }),
    'other amount': () => apply({ transactionId: `amount${outTradeNo.slice(2)}`, amountFen: amountFen + 1 }),
    'other app': () => apply({ transactionId: `app${outTradeNo.slice(2)}`, appId: 'wxffffffffffffffff' }),
    'refund seen': () => apply({ refundSeen: true }),
    'refund hangs': () => refund({ type: 'refund.abnormal' }),
    'refund in part': () => refund({ refundId: `part${outTradeNo.slice(2)}`, refundFen: 100 }),
    'refund in full': () => refund({}),
    'make refund': makeRefunds,
    close: async () => orders.close(await find()),
    fulfil: () => Promise.all(queued('fulfil-order').map(([id, { data }]) => fulfil(id, data))),
    // A job that nobody asked for, or that was left over.
    'stray fulfilment': () => fulfil(strayId, { mchId, outTradeNo, effectId: strayId, requestId: 'stray' }),
    'shop gone': () => kill('fulfil-order', 'SHOP_GONE'),
    'message sent': sendMessages,
    'message dead': () => kill('send-subscribe-message', 'MESSAGE_REFUSED'),
    replay,
    reconcile,
    sweep,
    query,
  };

  return {
    faults,
    told,
    find,
    happen: (event) => happenings[event](),
    settle: async () => {
      // A refund is asked for, and then asked about.
      for (let left = (await find()).effects.length + 2; left > 0; left -= 1) {
        for (const retry of retries.splice(0)) await retry();
        await reconcile();
        await happenings.fulfil();
        await sendMessages();
        await makeRefunds();
      }
    },
    openDeadLetters: async () => {
      const { deadLetters: open } = await deadLetters.list({ state: 'open', outTradeNo, limit: 10 });
      return open.map(({ errorCode }) => errorCode).toSorted();
    },
  };
}

/** WeChat Pay as far as refunds go: it accepts what the told ones leave, once for a number, and has always done it. */
function toRefundPlatform(find: () => Promise<Order>) {
  const made = new Map<string, QueriedRefund>();
  const createRefund = async (request: RefundRequest): Promise<QueriedRefund> => {
    const { refunds } = await find();
    const told = refunds.filter(({ outRefundNo }) => outRefundNo !== request.outRefundNo);
    const given = told.reduce((sum, { refundFen, status }) => sum + (status === 'CLOSED' ? 0 : refundFen), 0);
    if (given + request.refundFen > request.totalFen) throw new AppError('WECHAT_REFUSED');
    const { outTradeNo, transactionId = '', outRefundNo, refundFen, totalFen } = request;
    const refundId = `5030${outRefundNo.slice(5)}`;
    made.set(outRefundNo, { status: 'SUCCESS', refundId, outTradeNo, transactionId, refundFen, totalFen });
    return { status: 'PROCESSING', refundId, outTradeNo, transactionId, refundFen, totalFen };
  };
  const query = async (_merchant: unknown, { outRefundNo }: { outRefundNo: string }) =>
    made.get(outRefundNo) ?? Promise.reject(new AppError('WECHAT_NOT_FOUND'));
  return { refundClients: { of: () => ({ createRefund }) }, refundQueries: { query } };
}

/** Minutes are not worth waiting for here. */
const hastyPace: RefundPace = { ...refundPace, orderSpacingMs: 0, userSpacingMs: 0 };

function toWorldDirectory(latePayment: 'deliver' | 'refund'): MerchantDirectory {
  const { merchants, apps } = toDirectory();
  return {
    apps,
    merchants: new Map([...merchants].map(([id, merchant]) => [id, { ...merchant, latePayment }])),
  };
}
