import { queueNames } from '@huidiao/contracts';
import type { Order, StoredDeadLetter } from '@huidiao/store';
import { testMerchant } from '../test-merchant.ts';
import { type Run, read, toMessageKey } from './journey.ts';

const { mchId } = testMerchant;

/** All that a merchant, a buyer, the shop or an operator could see of a run, without what differs from run to run. */
export interface EndState {
  readonly orders: readonly OrderState[];
  /** Those that no order asked for. */
  readonly messages: readonly (MessageState & Pick<OrderState, 'sends'>)[];
  readonly deadLetters: readonly unknown[];
  /** Of the ledger, for callbacks that are about none of the orders. */
  readonly callbacks: readonly unknown[];
}

interface MessageState {
  readonly state: string;
  readonly facts: unknown;
}

export interface OrderState {
  readonly facts: unknown;
  /** What happened to the order; sorted, for some of it happens at the same time. */
  readonly timeLine: readonly { readonly event: string }[];
  readonly callbacks: readonly unknown[];
  readonly message: MessageState | undefined;
  /** What the shop delivered, by webhook-id. */
  readonly goods: readonly unknown[];
  /** What WeChat says became of each message that it was asked to send. */
  readonly sends: readonly number[];
  readonly tradeState: string | undefined;
  /** What WeChat says was given back, and how often all of it was shipped. */
  readonly refunds: readonly unknown[];
  readonly trades: readonly unknown[];
}

/** Whether nothing is left to do, in no store. */
export async function isQuiet(run: Run): Promise<boolean> {
  const { queues, store } = run.bench;
  const orders = await Promise.all(run.orders.map((outTradeNo) => read(run, outTradeNo)));
  if (orders.some((order) => order.effects.length > 0)) return false;
  const messages = await Promise.all(run.messages.map((key) => store.messages.find(key)));
  if (messages.some((message) => message?.dueAt !== undefined)) return false;
  const counts = await Promise.all(queueNames.map((queue) => queues.counts(queue)));
  if (counts.some(({ waiting, active, delayed, failed }) => waiting + active + delayed + failed > 0))
    return false;
  return (await store.inbox.count({ limit: 1 })) === 0;
}

export async function readEndState(run: Run): Promise<EndState> {
  const orders = await Promise.all(run.orders.map((outTradeNo) => readOrderState(run, outTradeNo)));
  const messages = await Promise.all(run.messages.map((key) => readMessage(run, key)));
  const { deadLetters } = await run.bench.store.deadLetters.list({ limit: 100 });
  const own = deadLetters.filter((letter) => JSON.stringify(letter.payload).includes(run.token));
  const callbacks = await Promise.all(own.map((letter) => readCallback(run, letter)));
  const state = {
    orders,
    messages,
    deadLetters: own.map(({ queue, jobId, jobName, errorCode, state }) => ({
      queue,
      jobId,
      jobName,
      errorCode,
      state,
    })),
    callbacks: callbacks.filter((entry) => entry !== undefined),
  };
  return withoutIds(run, state);
}

async function readMessage({ bench }: Run, key: string): Promise<EndState['messages'][number]> {
  const { state, facts, openId } = (await bench.store.messages.find(key)) ?? { state: 'gone', facts: {} };
  const { messages } = bench.surroundings.simulator.ledger();
  const sends = messages.filter((send) => send.openId === openId).map(({ errcode }) => errcode);
  return { state, facts: Object.keys(facts).sort(), sends };
}

async function readOrderState(run: Run, outTradeNo: string): Promise<OrderState> {
  const { store, surroundings } = run.bench;
  const order = await read(run, outTradeNo);
  const callbacks = await store.callbacks.listForOrder(mchId, outTradeNo);
  const message = await store.messages.find(toMessageKey(outTradeNo));
  const { messages, orders, refunds, trades } = surroundings.simulator.ledger(outTradeNo);
  const openId = order.openId ?? '';
  const sends = messages.length > 0 ? messages : surroundings.simulator.ledger().messages;
  return {
    facts: toFacts(order),
    timeLine: order.timeLine.map(({ at: _at, ...entry }) => entry).sort(byText),
    callbacks: callbacks.map(({ key, eventType, outcome }) => ({ key, eventType, outcome })).sort(byText),
    message: message && { state: message.state, facts: Object.keys(message.facts).sort() },
    goods: surroundings.shop
      .ledger()
      .orders.filter((delivered) => delivered.out_trade_no === outTradeNo)
      .map(({ webhook_id, total }) => ({ webhook_id, total })),
    sends: sends.filter((send) => send.openId === openId).map(({ errcode }) => errcode),
    tradeState: orders[0]?.trade_state,
    refunds: refunds.map(({ out_refund_no, refund, status }) => ({ out_refund_no, refund, status })),
    trades: trades.map(({ order_state, finish_shipping_count }) => ({ order_state, finish_shipping_count })),
  };
}

/** Counters (version, queries, attempts) tell how often something ran, and times when: both may differ. */
function toFacts(order: Order) {
  const { status, held, transactionId, payment, effects, appliedEvents, nextQueryAt, prepayId } = order;
  const { refundRequests, refunds, shipments, shipping, frozenSince, frozenAlarmedAt } = order;
  return {
    status,
    held,
    transactionId,
    payment: payment && { ...payment, successTime: undefined },
    effects,
    appliedEvents: [...appliedEvents].sort(),
    isToBeQueried: nextQueryAt !== undefined,
    isPrepaid: prepayId !== undefined,
    refundRequests: refundRequests.map(({ outRefundNo, transactionId, refundFen, requestedBy, state }) => ({
      outRefundNo,
      transactionId,
      refundFen,
      requestedBy,
      state,
    })),
    refunds: refunds.map(({ outRefundNo, refundFen, status }) => ({ outRefundNo, refundFen, status })),
    shipments: shipments.map(({ shipmentId, items, state }) => ({ shipmentId, items, state })),
    shipping: Object.keys(shipping ?? {}).sort(),
    isFrozen: frozenSince !== undefined,
    isAlarmed: frozenAlarmedAt !== undefined,
  };
}

async function readCallback({ bench }: Run, { payload }: StoredDeadLetter): Promise<unknown> {
  if (typeof payload !== 'object' || payload === null || !('callbackKey' in payload)) return undefined;
  const entry = await bench.store.callbacks.find(String(payload.callbackKey));
  return entry && { key: entry.key, eventType: entry.eventType, outcome: entry.outcome };
}

/** The token of the run, and what WeChat or we draw by chance, replaced by words. */
function withoutIds(run: Run, state: unknown): EndState {
  let text = JSON.stringify(state).replaceAll(run.token, 'RUN');
  const transactions = run.orders.map(
    (outTradeNo) => run.bench.surroundings.simulator.ledger(outTradeNo).orders[0]?.transaction_id,
  );
  for (const [index, id] of transactions.entries()) {
    if (id !== undefined) text = text.replaceAll(id, `TRANSACTION-${index + 1}`);
  }
  text = text.replaceAll(/"4200\d{21,}"/g, '"TRANSACTION"');
  text = text.replaceAll(/(?<!\d)50[0-9]0\d{20,}/g, 'REFUND').replaceAll(/BWeb\d+/g, 'OUT-REFUND');
  text = text.replaceAll(/"msgId":"[^"]+"/g, '"msgId":"ID"');
  return JSON.parse(text) as EndState;
}

/** Brings into one order what has none. */
export function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
