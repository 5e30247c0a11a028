import { isDeepStrictEqual } from 'node:util';
import { appId, mchId } from '@huidiao/contracts';
import { z } from 'zod';
import type { ToldFact } from '../../genuine-callback.ts';
import { describeProblem } from '../describe-problem.ts';
import { toDirectWordsOfPart } from '../direct-words.ts';
import { toCallbackKey } from '../to-callback-key.ts';
import { type OpenedNotification, type Resource, readPath, tellRefused } from './event-rule.ts';
import { tellPayment } from './tell-transaction.ts';
import { type ToldWhole, toToldWhole } from './told-whole.ts';

/** Documented as 2 to 10, and as 50 before. https://pay.weixin.qq.com/doc/v3/merchant/4012556921 */
const mostOrders = 50;

const combinedTransaction = z.looseObject({
  combine_mchid: mchId,
  combine_appid: appId,
  combine_out_trade_no: z.string().min(1).max(64),
  sub_orders: z.array(z.unknown()).max(mostOrders),
});
type CombinedTransaction = z.infer<typeof combinedTransaction>;
const subOrder = z.looseObject({});

/**
 * A combined payment (合单): each order is a payment of its own, and one that is not paid or that our schema refuses
 * is callback.unhandled for itself alone. https://pay.weixin.qq.com/doc/v3/merchant/4012557006
 */
export function tellCombined(notification: OpenedNotification, resource: Resource): ToldWhole {
  const parsed = combinedTransaction.safeParse(resource);
  if (!parsed.success) return toToldWhole(tellRefused(notification, describeProblem(parsed.error)));
  const [first, ...others] = tellSubOrders(notification, parsed.data);
  if (first === undefined) return toToldWhole(tellRefused(notification, 'sub_orders: holds no order'));

  const { combine_mchid, combine_out_trade_no } = parsed.data;
  // Told again with other states, it is another callback.
  const states = [first, ...others].map((fact) => fact.callbackKey).sort();
  const callbackKey = toCallbackKey('combine', combine_mchid, [combine_out_trade_no, states.join(' ')]);
  return { callbackKey, facts: [first, ...others] };
}

/** One fact for each order, each under its own key: what is told of the second of two would be swallowed silently. */
function tellSubOrders(notification: OpenedNotification, combined: CombinedTransaction): ToldFact[] {
  const told = new Map<string, ToldFact>();
  for (const [at, order] of combined.sub_orders.entries()) {
    const fields = subOrder.safeParse(order).data;
    const fact =
      fields === undefined
        ? refuseOrder(notification, combined, {}, at, 'is not an object')
        : tellSubOrder(notification, combined, fields, at);
    const twin = told.get(fact.callbackKey);
    const isTaken = twin !== undefined && !isDeepStrictEqual(twin.event, fact.event);
    const kept = isTaken
      ? refuseOrder(notification, combined, fields ?? {}, at, 'its transaction_id is of another order')
      : fact;
    told.set(kept.callbackKey, kept);
  }
  return [...told.values()];
}

function tellSubOrder(
  notification: OpenedNotification,
  combined: CombinedTransaction,
  order: Resource,
  at: number,
): ToldFact {
  const combineOutTradeNo = combined.combine_out_trade_no;
  const fact = tellPayment(notification, toDirectWordsOfPart(combined, order), { combineOutTradeNo });
  if (fact.event.type !== 'callback.unhandled') return fact;
  return refuseOrder(notification, combined, order, at, fact.event.problem);
}

function refuseOrder(
  notification: OpenedNotification,
  combined: CombinedTransaction,
  order: Resource,
  at: number,
  problem: string,
): ToldFact {
  const { event } = tellRefused(notification, `sub_orders.${at}: ${problem}`);
  const parts = [readPath(order, 'out_trade_no') ?? `#${at}`, readPath(order, 'trade_state') ?? 'none'];
  const { combine_mchid, combine_out_trade_no } = combined;
  const callbackKey = toCallbackKey('combine', combine_mchid, [
    combine_out_trade_no,
    'order',
    ...parts.map(toText),
  ]);
  return { callbackKey, event };
}

function toText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : typeof value;
}
