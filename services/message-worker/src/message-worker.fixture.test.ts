import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import type { App, MessageTemplate, PaymentSucceeded } from '@huidiao/contracts';
import { toEffectId } from '@huidiao/contracts';
import { createProducer, type Producer } from '@huidiao/queue';
import { closeRedis, createLogger, createMetrics, createRedis } from '@huidiao/runtime';
import type { Effect, Message, Order } from '@huidiao/store';
import { plainApp, testMongoUri, testPrefix, testRedisUrl, waitFor } from '@huidiao/testing';
import { createSimulator, type Simulator } from '@huidiao/wechat-simulator';
import { createContext, type MessageWorkerContext, type MessageWorkerOverrides, start } from './index.ts';

export const mchId = '1900000001';
export const appId = 'wx8888888888888888';
export const templateId = 'tmpl-order-paid';
export const queue = 'subscribe-message';

/** An order that is paid and waits for its buyer to be told. */
export interface PaidOrder {
  readonly outTradeNo: string;
  readonly openId: string;
  readonly effectId: string;
}

export interface OrderOptions {
  readonly openId?: string;
  /** Messages that the buyer agreed to. */
  readonly grants?: number;
  /** Default: now. */
  readonly paidAt?: Date;
}

export interface RunningWorker {
  readonly simulator: Simulator;
  readonly context: MessageWorkerContext;
  /** The worker's configuration with the app and its secret as WeChat knows them. */
  readonly mended: MessageWorkerContext['config'];
  readonly prefix: string;
  readonly mongoUri: string;
  readonly redis: ReturnType<typeof createRedis>;
  /** Everything that the worker logged. */
  readonly logged: string[];
  /** Every openid that was used. */
  readonly openIds: string[];
  newPaidOrder(options?: OrderOptions): Promise<PaidOrder>;
  /** `suffix` makes another id, as a heal does, while the first job still is in Redis. */
  enqueue(order: PaidOrder, suffix?: string): Promise<void>;
  /** Adds the job and waits until the order waits for nothing any more. */
  tell(order: PaidOrder): Promise<Told>;
  settled(order: PaidOrder): Promise<Told>;
  /** The error codes of all calls of subscribe/send for this buyer. */
  sendsTo(order: PaidOrder): number[];
  /** Waits until so many attempts have been logged; gives their outcomes. */
  outcomesOf(order: PaidOrder, attempts: number): Promise<string[]>;
  close(): Promise<void>;
}

export interface Told {
  readonly order: Order;
  readonly message: Message | undefined;
  /** The last entry of the time line. */
  readonly entry: Order['timeLine'][number] | undefined;
}

const template: MessageTemplate = {
  templateId,
  page: 'pages/order?no={out_trade_no}',
  data: {
    character_string1: '{out_trade_no}',
    thing2: '{description}',
    amount3: '¥{amount_yuan}',
    time4: '{paid_at}',
  },
  usefulForMs: 3_600_000,
};

export interface FixtureOptions extends MessageWorkerOverrides {
  readonly template?: MessageTemplate | undefined;
  /** Keywords that WeChat knows the template by; none: WeChat does not know it. */
  readonly wechatKnowsTemplate?: boolean;
  /** What the worker takes for the app's secret; default: the one that WeChat knows. */
  readonly appSecret?: string;
  /** The worker's merchants file does not know the app. */
  readonly knowsApp?: boolean;
  /** Does not start the worker. */
  readonly idle?: boolean;
}

/** A message-worker with a store and Redis keys of its own, and a simulated WeChat. */
export async function startMessageWorker(options: FixtureOptions = {}): Promise<RunningWorker> {
  const { idle = false, wechatKnowsTemplate = true, knowsApp = true, ...overrides } = options;
  const orderPaid = 'template' in options ? options.template : template;
  const appSecret = randomBytes(16).toString('hex');
  const templates = wechatKnowsTemplate ? { [templateId]: Object.keys(template.data) } : {};
  const simulator = await createSimulator({ apps: [{ appId, appSecret, templates }] });
  const app: App = {
    appId,
    appSecret: options.appSecret ?? appSecret,
    ...plainApp,
    miniprogramState: 'formal',
    lang: 'zh_CN',
    templates: { orderPaid },
  };
  const prefix = testPrefix();
  const mongoUri = testMongoUri();
  const logged: string[] = [];
  const logger = createLogger({ service: 'message-worker', level: 'trace' }, toLines(logged));
  const config = {
    logLevel: 'trace',
    health: { host: '127.0.0.1', port: 0 },
    redis: { url: testRedisUrl(), prefix },
    mongo: { uri: mongoUri },
    wechatApiUrl: simulator.uri,
    concurrency: 10,
    jobLockMs: 30_000,
    drainMs: 5_000,
    directory: { merchants: new Map(), apps: new Map(knowsApp ? [[appId, app]] : []) },
  };
  const context = createContext(config, { random: () => 0, templatePauseMs: 0, logger, ...overrides });
  const { store } = context;
  await store.migrate();
  if (!idle) await start(context);

  const quiet = createLogger({ service: 'test', level: 'silent' });
  const redis = createRedis('command', { url: testRedisUrl(), name: 'test' }, quiet);
  const producer = startProducer(prefix, quiet);
  const openIds: string[] = [];

  async function newPaidOrder({
    openId = newOpenId(),
    grants = 1,
    paidAt,
  }: OrderOptions = {}): Promise<PaidOrder> {
    openIds.push(openId);
    if (grants > 0) simulator.grant({ appId, openId, templateId }, grants);
    const outTradeNo = `t-${randomBytes(8).toString('hex')}`;
    const { order } = await store.orders.register(toNewOrder(outTradeNo, openId));
    const effectId = toEffectId('send-subscribe-message', mchId, outTradeNo, 'order_paid');
    const effect: Effect = {
      id: effectId,
      job: 'send-subscribe-message',
      dueAt: new Date(),
      requestId: 'test',
    };
    const successTime = (paidAt ?? new Date()).toISOString();
    const payment = { ...toPayment(order), openId, successTime };
    await store.orders.pay(order, payment, { eventKey: 'payment', effects: [effect] });
    return { outTradeNo, openId, effectId };
  }

  async function look({ outTradeNo, effectId }: PaidOrder): Promise<Told | undefined> {
    const order = await store.orders.find(mchId, outTradeNo);
    // That the shop is to hear of it is for another service.
    const left = order?.effects.filter(({ job }) => job !== 'report-undeliverable');
    if (order === undefined || left === undefined || left.length > 0) return undefined;
    return { order, message: await store.messages.find(effectId), entry: order.timeLine.at(-1) };
  }
  const settled = (order: PaidOrder) =>
    waitFor('the order to be told', () => look(order), { timeoutMs: 30_000 });
  const enqueue = async ({ outTradeNo, effectId }: PaidOrder, suffix = '') => {
    await waitFor('the producer', () => producer.isReady());
    await producer.add({
      name: 'send-subscribe-message',
      id: `${effectId}${suffix}`,
      data: { mchId, outTradeNo, effectId, requestId: 'test' },
    });
  };

  return {
    simulator,
    mended: {
      ...config,
      directory: { merchants: new Map(), apps: new Map([[appId, { ...app, appSecret }]]) },
    },
    context,
    prefix,
    mongoUri,
    redis,
    logged,
    openIds,
    newPaidOrder,
    enqueue,
    settled,
    tell: async (order) => {
      await enqueue(order);
      return await settled(order);
    },
    sendsTo: ({ openId }) =>
      simulator.ledger().messages.flatMap((sent) => (sent.openId === openId ? [sent.errcode] : [])),
    outcomesOf: ({ effectId }, attempts) =>
      waitFor(`${attempts} attempts`, () => {
        const lines = logged.map((line) => JSON.parse(line)).filter(({ event }) => event === 'job.attempted');
        const own = lines.filter(({ jobId }) => String(jobId).startsWith(effectId));
        return own.length >= attempts ? own.map(({ outcome }) => String(outcome)) : undefined;
      }),
    close: async () => {
      await context.lifecycle.close();
      await producer.close();
      await closeRedis(redis);
      await simulator.close();
    },
  };
}

function toLines(logged: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk));
      done();
    },
  });
}

function startProducer(prefix: string, logger: ReturnType<typeof createLogger>): Producer {
  return createProducer({
    redis: { url: testRedisUrl() },
    prefix,
    durability: 'unchecked',
    waitReplicas: 0,
    deadlineMs: 5_000,
    logger,
    metrics: createMetrics({ service: 'test' }),
  });
}

function newOpenId(): string {
  return `o${randomBytes(13).toString('hex')}`;
}

function toNewOrder(outTradeNo: string, openId: string) {
  return {
    mchId,
    appId,
    outTradeNo,
    openId,
    description: '手冲咖啡 250g',
    amountFen: 12_345,
    currency: 'CNY',
    logisticsType: 3 as const,
    timeExpire: new Date(Date.now() + 3_600_000),
    prepay: false,
    contentHash: 'content',
  };
}

function toPayment(order: Order): PaymentSucceeded {
  return {
    type: 'payment.succeeded',
    mchId,
    appId,
    outTradeNo: order.outTradeNo,
    transactionId: `42${randomBytes(12).toString('hex')}`,
    amountFen: order.amountFen,
    currency: order.currency,
    tradeType: 'JSAPI',
  };
}
