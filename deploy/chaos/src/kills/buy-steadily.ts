import { setTimeout as pause } from 'node:timers/promises';
import { callJson, Refused } from './call-json.ts';
import type { Fleet } from './fleet.ts';

export interface Load {
  readonly durationMs: number;
  readonly perSecond: number;
}

/** What came of the load. */
export interface Bought {
  /** Numbers of the orders that their buyer paid. */
  readonly paid: readonly string[];
  /** Requests for an order that had to be repeated because nobody answered, or with 5xx. */
  readonly repeats: number;
  /** Orders that could not be made within their time: no fault, but there should be few. */
  readonly notMade: number;
}

/** A shop goes on asking this long for its order to be made. */
const patienceMs = 30_000;

/** Buyers order and pay, one after another at a steady rate, whatever is being killed meanwhile. */
export async function buySteadily(fleet: Fleet, load: Load): Promise<Bought> {
  const count = Math.floor((load.durationMs / 1_000) * load.perSecond);
  const started = performance.now();
  const totals = { repeats: 0, notMade: 0 };
  const paid: string[] = [];
  const purchases: Promise<void>[] = [];
  for (let index = 0; index < count; index += 1) {
    await pause(Math.max(0, started + (index * 1_000) / load.perSecond - performance.now()));
    purchases.push(buy(index));
  }
  await Promise.all(purchases);
  return { paid, ...totals };

  async function buy(index: number): Promise<void> {
    const outTradeNo = `chaos-${Date.now().toString(36)}-${index}`;
    const payment = await order(outTradeNo, index);
    if (payment === undefined) {
      totals.notMade += 1;
      return;
    }
    const body = { appId: fleet.material.ids.appId, ...payment };
    await callJson(`${fleet.addresses.simulator}/simulator/buyers/pay`, { body });
    paid.push(outTradeNo);
  }

  /** As a shop does: the same request again until it is answered. */
  async function order(outTradeNo: string, index: number): Promise<object | undefined> {
    const call = toOrderCall(fleet, outTradeNo, index);
    for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await pause(200)) {
      try {
        return (await callJson<{ payment: object }>(`${fleet.addresses.merchantApi}/v1/orders`, call))
          .payment;
      } catch (error) {
        if (error instanceof Refused && error.status < 500 && error.status !== 409) throw error;
        totals.repeats += 1;
      }
    }
    return undefined;
  }
}

function toOrderCall({ apiKey, material }: Fleet, outTradeNo: string, index: number) {
  return {
    headers: { authorization: `Bearer ${apiKey}` },
    body: {
      appid: material.ids.appId,
      out_trade_no: outTradeNo,
      description: '龙井茶',
      // Each its own amount, so that an order which gets another's payment shows.
      amount: { total: 100 + index, currency: 'CNY' },
      payer: { openid: `o-${outTradeNo}` },
      // Nothing is shipped: fulfilled as soon as the shop has accepted it.
      logistics_type: 4,
    },
  };
}
