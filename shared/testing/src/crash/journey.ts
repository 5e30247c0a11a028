import { type LogisticsType, type PaymentSucceeded, toEffectId } from '@huidiao/contracts';
import type { Effect, NewOrder, Order } from '@huidiao/store';
import type { Deliveries, EventReceipt, Payment } from '@huidiao/wechat-simulator';
import { toOrderRequest } from '../installation.ts';
import { testMerchant } from '../test-merchant.ts';
import { waitFor } from '../wait-for.ts';
import type { Bench } from './bench.ts';

/** One run of a scenario. What it makes has the token in its name, so that runs tell theirs apart. */
export interface Run {
  readonly bench: Bench;
  readonly token: string;
  /** The order numbers that were taken. */
  readonly orders: readonly string[];
  /** The keys of messages that no order asked for. */
  readonly messages: string[];
  takeNumber(): string;
}

export function createRun(bench: Bench, token: string): Run {
  const orders: string[] = [];
  return {
    bench,
    token,
    orders,
    messages: [],
    takeNumber() {
      const outTradeNo = `TEA-${token}-${orders.length + 1}`;
      orders.push(outTradeNo);
      return outTradeNo;
    },
  };
}

const { mchId, appId } = testMerchant;
/**
 * A machine that is busy is no reason to fail. But it has to end before the reconciler's own query, a minute after
 * an order's registration by a clock that was perhaps put forward: that would heal whatever else went wrong.
 */
export const patience = { timeoutMs: 30_000, intervalMs: 100 };

/** The merchant registers an order that its own system prepays. */
export async function register(
  { bench }: Run,
  outTradeNo: string,
  logisticsType: LogisticsType = 3,
): Promise<Order> {
  const { description, amount, payer } = toOrderRequest(outTradeNo);
  const order: NewOrder = {
    mchId,
    appId,
    outTradeNo,
    openId: payer.openid,
    description,
    amountFen: amount.total,
    currency: amount.currency,
    logisticsType,
    timeExpire: new Date(Date.now() + 2 * 60 * 60_000),
    prepay: false,
    contentHash: outTradeNo,
  };
  return (await bench.store.orders.register(order)).order;
}

/** What WeChat Pay says of the payment of an order. */
export function toPayment(order: Order, transactionId: string): PaymentSucceeded {
  const { outTradeNo, amountFen, currency } = order;
  return {
    type: 'payment.succeeded',
    mchId,
    appId,
    outTradeNo,
    transactionId,
    amountFen,
    currency,
    tradeType: 'JSAPI',
  };
}

/** What has the shop told of a payment. */
export function toFulfilEffect({ token }: Run, outTradeNo: string, dueAt: Date): Effect {
  const id = toEffectId('fulfil-order', mchId, outTradeNo);
  return { id, job: 'fulfil-order', dueAt, requestId: `request-${token}` };
}

/** A paid order whose shop was not told; its job is nowhere. */
export async function leaveUntold(run: Run, outTradeNo: string, dueAt: Date) {
  const { bench } = run;
  const order = await register(run, outTradeNo);
  const digits = run.token.replaceAll(/\D/g, '').padStart(20, '0');
  const payment = toPayment(order, `4200${digits}${run.orders.length}`);
  const effect = toFulfilEffect(run, outTradeNo, dueAt);
  const openId = order.openId ?? '';
  bench.surroundings.simulator.grant({ appId, openId, templateId: testMerchant.templateId }, 1);
  await bench.store.orders.pay(order, payment, { eventKey: `payment_${outTradeNo}`, effects: [effect] });
  return effect;
}

/** The shop orders through merchant-api, and asks again as long as it gets no answer. */
export async function orderAndPrepay({ bench }: Run, outTradeNo: string): Promise<void> {
  const url = `http://127.0.0.1:${bench.ports['merchant-api']}/v1/orders`;
  const headers = { authorization: `Bearer ${bench.apiKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify(toOrderRequest(outTradeNo));
  await waitFor(
    'an answer of merchant-api',
    async () => {
      const response = await fetch(url, { method: 'POST', headers, body });
      await response.arrayBuffer();
      return response.ok;
    },
    patience,
  );
}

/** The buyer pays, and WeChat Pay announces it. */
export function pay({ bench }: Run, outTradeNo: string, deliveries?: Deliveries): Payment {
  const { amount, payer } = toOrderRequest(outTradeNo);
  const notifyUrl = toCallbackUrl(bench);
  const payment = { mchId, appId, openId: payer.openid, outTradeNo, totalFen: amount.total, notifyUrl };
  return bench.surroundings.simulator.payDirectly(payment, deliveries);
}

/** The buyer pays, and no notification of it ever arrives. */
export function payUnheard(run: Run, outTradeNo: string): Payment {
  return pay(run, outTradeNo, { drop: 100 });
}

/** WeChat Pay comes again until it is told 204; sooner than by its schedule, which begins at 15 s. */
export async function untilAcknowledged(
  { bench }: Run,
  { notification }: Pick<Payment, 'notification'>,
): Promise<void> {
  let sent = 0;
  await waitFor(
    'the acknowledgement',
    async () => {
      if (notification.state === 'acknowledged') return true;
      if (notification.attempts.length > sent) {
        sent = notification.attempts.length;
        await bench.surroundings.simulator.resend(notification.id);
      }
      return false;
    },
    patience,
  );
}

export function toCallbackUrl({ ports }: Bench): string {
  return `http://127.0.0.1:${ports.ingress}/callbacks/wechat-pay/${mchId}`;
}

export function toV2CallbackUrl({ ports }: Bench): string {
  return `http://127.0.0.1:${ports.ingress}/callbacks/wechat-pay-v2/${mchId}`;
}

export function toPushUrl({ ports }: Bench): string {
  return `http://127.0.0.1:${ports.ingress}/callbacks/mini-program/${appId}`;
}

/** WeChat sends the same fact again and again until it is acknowledged. */
export async function untilTaken(send: () => Promise<EventReceipt>): Promise<void> {
  await waitFor('the acknowledgement', async () => (await send()).isAccepted, patience);
}

/** Until a payment whose order nobody has registered waits for it. */
export async function untilPutOff({ bench }: Run): Promise<void> {
  await waitFor(
    'the first look for the order',
    async () => {
      const [job] = await bench.queues.list('payment-event', 'delayed', 1);
      return (job?.postponements ?? 0) > 0;
    },
    patience,
  );
}

/** The buyer answers the popup about messages; the same answer however often it is pushed. */
export async function answerPopup(run: Run, outTradeNo: string, answer: 'accept' | 'reject'): Promise<void> {
  const { simulator } = run.bench.surroundings;
  const { templateId } = testMerchant;
  const openId = toOrderRequest(outTradeNo).payer.openid;
  if (answer === 'accept') simulator.grant({ appId, openId, templateId }, 1);
  const about = { openId, unixSeconds: Math.floor(Date.now() / 1_000) };
  const items = [{ TemplateId: templateId, SubscribeStatusString: answer, PopupScene: '0' }];
  await untilTaken(() =>
    simulator.sendPush('subscribe_msg_popup_event', { url: toPushUrl(run.bench), about, items }),
  );
}

export async function read({ bench }: Run, outTradeNo: string): Promise<Order> {
  const order = await bench.store.orders.find(mchId, outTradeNo);
  if (order === undefined) throw new Error(`${outTradeNo} is gone`);
  return order;
}

/** Until the order is fulfilled and the buyer's message has an end. */
export async function untilTold(run: Run, outTradeNo: string): Promise<void> {
  await waitFor(
    `${outTradeNo} to be fulfilled and told`,
    async () => {
      const { status, effects } = await read(run, outTradeNo);
      return status === 'fulfilled' && effects.length === 0;
    },
    patience,
  );
}

export function toMessageKey(outTradeNo: string): string {
  return toEffectId('send-subscribe-message', mchId, outTradeNo, 'order_paid');
}
