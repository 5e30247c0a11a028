import { createMerchantApiClient, type MerchantApiClient } from '@huidiao/client';
import { type App, type LogisticsType, type RefundState, toMessageKey } from '@huidiao/contracts';
import type { Order, OrderRefundRequest } from '@huidiao/store';
import { type Payment, toBeijingDay } from '@huidiao/wechat-simulator';
import { type ServiceName, toOrderRequest } from '../installation.ts';
import { testMerchant } from '../test-merchant.ts';
import { waitFor } from '../wait-for.ts';
import {
  patience,
  payUnheard,
  type Run,
  read,
  register,
  toFulfilEffect,
  toPayment,
  toPushUrl,
  untilTaken,
} from './journey.ts';

const { mchId, appId, templateId } = testMerchant;
const minuteMs = 60_000;
/**
 * A process remembers for five minutes which apps WeChat manages, and a token for one; its clock may have been a minute
 * further on when it learned it, for the one before it had died.
 */
const longestMemoMs = 7 * minuteMs;

/** An app whose buyers are sent nothing by itself. */
export const quietApp = { templates: { orderPaid: undefined } } as const satisfies Partial<App>;

/** The shop calls merchant-api, and again as long as it gets no answer; gives the answer. */
export async function ask<T>(
  { bench }: Run,
  call: (client: MerchantApiClient) => Promise<{ readonly body: T }>,
): Promise<T> {
  const baseUrl = `http://127.0.0.1:${bench.ports['merchant-api']}`;
  const client = createMerchantApiClient({ baseUrl, token: bench.apiKey });
  const { body } = await waitFor('an answer of merchant-api', () => call(client), patience);
  return body;
}

/** An order that was paid, and that the shop accepted; of virtual goods it is fulfilled then. */
export async function buy(run: Run, outTradeNo: string, logisticsType: LogisticsType = 3): Promise<void> {
  const { orders } = run.bench.store;
  const { transactionId } = payUnheard(run, outTradeNo);
  const order = await register(run, outTradeNo, logisticsType);
  const eventKey = `payment_${outTradeNo}`;
  await orders.pay(order, toPayment(order, transactionId), { eventKey, effects: [] });
  const fulfilledToo = logisticsType === 3 || logisticsType === 4;
  await orders.accept(mchId, outTradeNo, 'none', { httpStatus: 204, fulfilledToo, effects: [] });
}

/** An order that was paid; what tells the shop is left to the reconciler, and due. */
export async function payUntold(run: Run, outTradeNo: string, paidAt: Date): Promise<void> {
  const { transactionId } = payUnheard(run, outTradeNo);
  const order = await register(run, outTradeNo);
  const payment = { ...toPayment(order, transactionId), successTime: paidAt.toISOString() };
  const effect = toFulfilEffect(run, outTradeNo, paidAt);
  const options = { eventKey: `payment_${outTradeNo}`, effects: [effect] };
  await run.bench.store.orders.pay(order, payment, options);
}

/** The shop orders several things that are paid at once (合单), and the buyer pays. */
export async function orderTogether(run: Run, outTradeNos: readonly string[]): Promise<Payment> {
  const order = {
    combine_appid: appId,
    combine_out_trade_no: `TOGETHER-${run.token}`,
    scene_info: { payer_client_ip: '203.0.113.7' },
    sub_orders: outTradeNos.map((out_trade_no) => ({
      out_trade_no,
      description: '龙井茶',
      amount: { total: 8_800 },
      logistics_type: 3 as const,
    })),
    combine_payer_info: { openid: `o-buyer-${run.token}` },
  };
  const { payment } = await ask(run, (client) => client.createCombinedOrder({ body: order }));
  return run.bench.surroundings.simulator.pay({ appId, ...payment });
}

/** Until the order's only refund is in that state; gives it. */
export async function untilRefund(
  run: Run,
  outTradeNo: string,
  state: RefundState,
): Promise<OrderRefundRequest> {
  return await waitFor(
    `the refund to be ${state}`,
    async () => (await read(run, outTradeNo)).refundRequests.find((request) => request.state === state),
    patience,
  );
}

/** Puts the reconciler's clock forward to when it may add the job of what the order still asks for. */
export async function untilDue(run: Run, outTradeNo: string): Promise<void> {
  const { effects } = await read(run, outTradeNo);
  if (effects.length === 0) return;
  const dueAt = Math.max(...effects.map((effect) => effect.dueAt.getTime()));
  // Not by more: whoever claims what has waited long may keep it long.
  run.bench.setClock('reconciler', dueAt - Date.now() + 1_000);
}

/** Until the order is so; gives it. */
export async function untilOrder(
  run: Run,
  outTradeNo: string,
  is: (order: Order) => boolean,
): Promise<Order> {
  return await waitFor(
    `what becomes of ${outTradeNo}`,
    async () => {
      const order = await read(run, outTradeNo);
      return is(order) ? order : undefined;
    },
    patience,
  );
}

/** What processes remember of WeChat's answers is forgotten, so that each run asks for it; gives how far ahead clocks are. */
export async function forgetAnswers({ bench }: Run, services: readonly ServiceName[]): Promise<number> {
  const aheadMs = bench.runs * longestMemoMs;
  for (const service of services) bench.setClock(service, aheadMs);
  const keys = await bench.redis.keys(`${bench.prefix}:access-token:*`);
  if (keys.length > 0) await bench.redis.del(keys);
  return aheadMs;
}

/** The express company tells that the parcel was signed for. */
export async function signFor(run: Run, outTradeNo: string, waybillId: string): Promise<void> {
  const { simulator } = run.bench.surroundings;
  // The steps of the parcel are an hour old.
  const about = { outTradeNo, unixSeconds: Math.floor(Date.now() / 1_000) + 3_600 };
  const push = { url: toPushUrl(run.bench), about, fields: { WayBillId: waybillId } };
  await untilTaken(() => simulator.sendPush('add_express_path', push));
}

/** The shop asks for a message to a user who agreed to one. */
export async function askForMessage(run: Run, sendAt: Date): Promise<void> {
  const openId = `o-reader-${run.token}`;
  run.bench.surroundings.simulator.grant({ appId, openId, templateId }, 1);
  const message = {
    idempotency_key: `M-${run.token}`,
    appid: appId,
    touser: openId,
    template_id: templateId,
    data: {
      character_string1: { value: run.token },
      amount2: { value: '88.00元' },
      thing3: { value: '龙井茶' },
      time4: { value: '2026年11月22日 20:00' },
    },
    send_at: sendAt.toISOString(),
  } as const;
  const { messages } = await ask(run, (client) => client.createMessages({ body: { messages: [message] } }));
  for (const { message_id } of messages) run.messages.push(toMessageKey(mchId, message_id));
}

/** Until no message waits to be sent. */
export async function untilMessagesEnd({ bench, messages }: Run): Promise<void> {
  await waitFor(
    'the messages to end',
    async () => {
      const rows = await Promise.all(messages.map((key) => bench.store.messages.find(key)));
      return rows.every((row) => row !== undefined && row.state !== 'queued' && row.state !== 'sending');
    },
    patience,
  );
}

let billDays = 0;

/** A day whose bill holds a payment of which nobody told, and nothing else; each run has one of its own. */
export function billUnheard(run: Run, outTradeNo: string): string {
  billDays += 1;
  if (billDays > 85) throw new Error('WeChat Pay keeps bills for 90 days, and each run needs one');
  const billDate = toBeijingDay(Date.now() - (billDays + 2) * 24 * 60 * minuteMs);
  const { transactionId } = payUnheard(run, outTradeNo);
  const totalFen = toOrderRequest(outTradeNo).amount.total;
  const add = [{ outTradeNo, totalFen, transactionId, appId }];
  run.bench.surroundings.simulator.changeBill(mchId, billDate, { add });
  return billDate;
}
