import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { MaterialIds } from './material.ts';
import type { Addresses } from './start-services.ts';
import { unreachable } from './unreachable.ts';

/** An order as `GET /v1/orders/{out_trade_no}` shows it: what is read here of it. */
export interface OrderView {
  readonly out_trade_no: string;
  readonly status: string;
  readonly transaction_id?: string;
  readonly amount: { readonly total: number; readonly currency: string };
  readonly pending: readonly { readonly job: string; readonly due_at: string }[];
  readonly time_line: readonly TimeLineView[];
  /** The ledger of callbacks about this order. */
  readonly callbacks: readonly CallbackView[];
}

/** One callback that came, and what became of it. */
export interface CallbackView {
  readonly first_received_at: string;
  readonly event_type: string;
  readonly outcome: string;
  readonly times: number;
  readonly notification_id: string;
}

/** One thing that happened: when, what, and facts about it. */
export interface TimeLineView {
  readonly at: string;
  readonly event: string;
  readonly [fact: string]: unknown;
}

const fulfilledWithinMs = 60_000;

/** The merchant's API as the sample purchase uses it. */
export interface MerchantApi {
  readonly url: string;
  readonly key: string;
}

/**
 * A buyer orders and pays, as a mini-program would: the order at merchant-api, then wx.requestPayment at the
 * simulator. @throws when one of them refuses.
 */
export async function buySomething(
  api: MerchantApi,
  { simulator }: Pick<Addresses, 'simulator'>,
  ids: MaterialIds,
): Promise<string> {
  const outTradeNo = `local-${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
  const { payment } = await request<{ payment: object }>(`${api.url}/v1/orders`, {
    headers: { authorization: `Bearer ${api.key}` },
    body: {
      appid: ids.appId,
      out_trade_no: outTradeNo,
      description: '一杯咖啡 One cup of coffee',
      amount: { total: 1_990, currency: 'CNY' },
      payer: { openid: ids.openId },
      // Nothing is shipped, so that the order can be fulfilled within this run.
      logistics_type: 4,
    },
  });
  await request(`${simulator}/simulator/buyers/pay`, { body: { appId: ids.appId, ...payment } });
  return outTradeNo;
}

/** Whether nothing of the order is left to do: fulfilled, and the message's result is recorded, whatever it is. */
export function isSettled(order: OrderView): boolean {
  return order.status === 'fulfilled' && order.pending.length === 0;
}

/** Whether WeChat took the message to the buyer. */
export function isTold(order: OrderView): boolean {
  return order.time_line.some(({ event }) => event === 'message.sent');
}

/** Reads the order until it is settled, or the time is up: then as it is. */
export async function followOrder(api: MerchantApi, outTradeNo: string): Promise<OrderView> {
  for (const deadline = Date.now() + fulfilledWithinMs; ; await pause(50)) {
    const order = await readOrder(api, outTradeNo);
    if (isSettled(order) || Date.now() > deadline) return order;
  }
}

function readOrder(api: MerchantApi, outTradeNo: string): Promise<OrderView> {
  const url = `${api.url}/v1/orders/${encodeURIComponent(outTradeNo)}`;
  return request<OrderView>(url, { headers: { authorization: `Bearer ${api.key}` } });
}

interface JsonRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

async function request<T>(url: string, { headers, body }: JsonRequest): Promise<T> {
  const response = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  }).catch((error: Error) => {
    throw unreachable(url, error);
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 1_000)}`);
  return JSON.parse(text) as T;
}
