import type { App, Clock } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import type { Gauge, Logger } from '@huidiao/runtime';
import { judgeRefunds, type Order, type OrderShipments, toRefundableFen } from '@huidiao/store';
import type { ShippingManagement } from '@huidiao/wechat';

type FrozenOrders = Pick<
  OrderShipments,
  'listFrozen' | 'listFrozenToTell' | 'noteFrozenAlarm' | 'clearFrozen'
>;

export interface WatchFrozenOrdersDeps {
  readonly store: { readonly orders: FrozenOrders };
  /** As they are configured now. */
  readonly apps: ReadonlyMap<string, App>;
  readonly management: ShippingManagement;
  readonly gauges: FrozenGauges;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The most orders of one app in a round. */
  readonly limit: number;
}

/** Both by appId, counted up to the limit of a round. */
export interface FrozenGauges {
  readonly orders: Gauge;
  readonly yuan: Gauge;
}

const hourMs = 60 * 60_000;
/**
 * WeChat wants goods shipped within 48 hours of the payment, then warns, and after three days more takes measures:
 * https://developers.weixin.qq.com/miniprogram/product/jiaoyilei/yunyingguifan.html. People need some hours to act.
 */
const alarmAfterMs = 40 * hourMs;
const alarmAgainAfterMs = 24 * hourMs;

/**
 * One round: tells people of orders that were paid long ago and of which WeChat's order management knows no whole
 * shipment: their money is frozen until it does. Each order is told of once a day, whatever number of processes looks.
 * Apps that WeChat does not manage freeze nothing; their orders are taken off the list.
 *
 * @returns how many orders were told of or taken off
 * @throws AppError STORE_UNAVAILABLE
 */
export async function watchFrozenOrders(deps: WatchFrozenOrdersDeps): Promise<number> {
  let done = 0;
  // WeChat manages orders of mini-programs alone.
  const programs = [...deps.apps.values()].filter(({ kind }) => kind !== 'service_account');
  for (const app of programs) done += await watchApp(deps, app);
  return done;
}

async function watchApp(deps: WatchFrozenOrdersDeps, app: App): Promise<number> {
  const { appId } = app;
  const { store, clock, gauges, limit } = deps;
  const now = clock.now().getTime();
  const paidUntil = new Date(now - alarmAfterMs);
  const overdue = await store.orders.listFrozen({ appId, paidUntil, limit });
  const isManaged = overdue.length > 0 && (await askIfManaged(deps, app));
  if (isManaged === undefined) return 0;
  const judge = (order: Order): FrozenVerdict => (isManaged ? judgeFrozen(order) : 'free');
  const frozen = overdue.filter((order) => judge(order) === 'owed');
  gauges.orders.set({ appId }, frozen.length);
  gauges.yuan.set({ appId }, frozen.reduce((sum, { amountFen }) => sum + amountFen, 0) / 100);
  const free = overdue.filter((order) => judge(order) === 'free');
  for (const order of free) await store.orders.clearFrozen(order);

  const toldUntil = new Date(now - alarmAgainAfterMs);
  const toTell = await store.orders.listFrozenToTell({ appId, paidUntil, toldUntil, limit });
  let told = 0;
  for (const order of toTell) {
    const verdict = judge(order);
    if (verdict === 'owed' && (await tell(deps, order))) told += 1;
    // Looked at again a day later, lest it hide others until then.
    if (verdict === 'undecided') await store.orders.noteFrozenAlarm(order);
  }
  return told + free.length;
}

/** Undefined: WeChat does not say, and the gauges stay as they are. */
async function askIfManaged({ management, logger }: WatchFrozenOrdersDeps, app: App) {
  try {
    return await management.isManaged(app);
  } catch (error) {
    const { code: errorCode } = toAppError(error);
    const event = 'shipping.management_unknown';
    logger.warn({ event, appId: app.appId, errorCode }, event);
    return undefined;
  }
}

/** `owed`: it is to be shipped. `undecided`: that depends on a person, or on refunds. `free`: nothing is frozen any more. */
type FrozenVerdict = 'owed' | 'undecided' | 'free';

/**
 * Money that was given back is not frozen. Nor is it where WeChat told of the shipment or the settlement itself: somebody
 * entered it in the console, or another system uploaded it. Nothing is shipped of what is held, or is all being given back
 * (to a bank card that takes days); but a hold may end, and a refund may come to nothing. Pure.
 */
function judgeFrozen(order: Order): FrozenVerdict {
  const { refunds, amountFen, held, shipping, settlement } = order;
  if (shipping?.shippedAt !== undefined || settlement?.settledAt !== undefined) return 'free';
  if (judgeRefunds(refunds, amountFen) === 'full') return 'free';
  return held !== undefined || toRefundableFen(order) === 0 ? 'undecided' : 'owed';
}

async function tell({ store, clock, logger }: WatchFrozenOrdersDeps, order: Order): Promise<boolean> {
  const now = clock.now().getTime();
  const { mchId, appId, outTradeNo, transactionId, amountFen, frozenSince } = order;
  if (!(await store.orders.noteFrozenAlarm(order))) return false;
  const paidHoursAgo = Math.floor((now - (frozenSince?.getTime() ?? now)) / hourMs);
  const facts = { mchId, appId, outTradeNo, transactionId, amountFen, status: order.status, paidHoursAgo };
  logger.error({ event: 'shipping.overdue', alarm: 'not-shipped', ...facts }, 'shipping.overdue');
  return true;
}
