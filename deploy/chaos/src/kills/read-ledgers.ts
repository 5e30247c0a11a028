import { setTimeout as pause } from 'node:timers/promises';
import { callJson } from './call-json.ts';
import type { Fleet } from './fleet.ts';
import type { Ledgers, SettledOrder } from './judge-ledgers.ts';

/** Reads at once, so as not to be a load of its own. */
const readersAtOnce = 8;

/** Waits until nothing is left to do for any of the orders, or the time is up, and reads all three ledgers. */
export async function readLedgers(
  fleet: Fleet,
  numbers: readonly string[],
  withinMs: number,
): Promise<Ledgers> {
  const deadline = Date.now() + withinMs;
  const waiting = [...numbers];
  const orders: SettledOrder[] = [];
  const readAll = async () => {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
      orders.push(await untilSettled(fleet, number, deadline));
    }
  };
  await Promise.all(Array.from({ length: readersAtOnce }, readAll));
  const [wechat, shop] = await Promise.all([
    callJson<Ledgers['wechat']>(`${fleet.addresses.simulator}/simulator/ledger`),
    callJson<Ledgers['shop']>(`${fleet.addresses.shop}/ledger`),
  ]);
  return { orders, wechat, shop };
}

async function untilSettled(fleet: Fleet, number: string, deadline: number): Promise<SettledOrder> {
  const url = `${fleet.addresses.merchantApi}/v1/orders/${number}`;
  const headers = { authorization: `Bearer ${fleet.apiKey}` };
  for (;;) {
    const order = await callJson<SettledOrder>(url, { headers });
    if ((order.status === 'fulfilled' && order.pending.length === 0) || Date.now() > deadline) return order;
    await pause(250);
  }
}
