import type { CreateOrderRequest, Merchant } from '@huidiao/contracts';
import type { NewOrder, Order, Store } from '@huidiao/store';
import type { FieldError } from '../http/problem.ts';
import type { PayingMerchant } from './paying-merchant.ts';
import type { NotPrepaid, PrepayOutcome } from './prepay-in-turn.ts';
import { type PrepayOrderDeps, prepayOrder } from './prepay-order.ts';
import { type OrderContent, toContentHash, toOrderContent, toWholeSeconds } from './to-order-content.ts';
import { type WakeWaitingDeps, wakeWaiting } from './wake-waiting.ts';

export type CreateOrderOutcome =
  /** `prepay: false`. */
  | { readonly kind: 'registered'; readonly order: Order; readonly isNew: boolean }
  | (Extract<PrepayOutcome<Order>, { kind: 'payable' }> & { readonly isNew: boolean })
  | NotPrepaid
  /** The number belongs to an order with other content. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

export interface CreateOrderDeps extends PrepayOrderDeps, WakeWaitingDeps {
  readonly producer: PrepayOrderDeps['producer'] & WakeWaitingDeps['producer'];
  readonly orders: PrepayOrderDeps['orders'] & Pick<Store['orders'], 'register'>;
}

const minuteMs = 60_000;
/** Without time_expire an order could be paid for 7 days. */
const defaultPayableForMs = 120 * minuteMs;
/** WeChat Pay silently raises an earlier time_expire, and cuts a later one. https://pay.weixin.qq.com/doc/v3/merchant/4012525167 */
const leastPayableForMs = minuteMs;
const mostPayableForMs = 90 * 24 * 60 * minuteMs;

/**
 * Registers an order and, unless it says `prepay: false`, starts its payment. The order is stored before WeChat
 * Pay hears of it, so that its callback always finds it. The same request may come any number of times.
 *
 * @throws AppError as prepayOrder does.
 */
export async function createOrder(
  deps: CreateOrderDeps,
  paying: PayingMerchant,
  request: CreateOrderRequest,
): Promise<CreateOrderOutcome> {
  const content = toOrderContent(request);
  const errors = await findFieldErrors(deps, paying.merchant, content);
  if (errors.length > 0) return { kind: 'invalid', errors };

  const { outcome, order } = await deps.orders.register(toNewOrder(paying, content, deps.clock.now()));
  if (outcome === 'conflict') return { kind: 'conflict' };
  const isNew = outcome === 'registered';
  const woken = wakeWaiting(deps, [order]);
  if (!content.prepay) {
    await woken;
    return { kind: 'registered', order, isNew };
  }
  const prepaid = await prepayOrder(deps, paying.client, order.notifyUrl ?? paying.notifyUrl, order);
  await woken;
  return prepaid.kind === 'payable' ? { ...prepaid, isNew } : prepaid;
}

/** What the schema cannot see: the merchant's apps, and the time. */
async function findFieldErrors(
  deps: CreateOrderDeps,
  merchant: Merchant,
  content: OrderContent,
): Promise<FieldError[]> {
  const wrong = findPartyErrors(merchant, content);
  if (wrong.length > 0) return wrong;
  const message = timeExpireProblem(content, deps.clock.now());
  if (message === undefined) return [];
  // A repeat of a good request is not bad because time went by: the order itself then says that it is expired.
  const known = await deps.orders.find(merchant.mchId, content.outTradeNo);
  return known === undefined ? [{ field: 'time_expire', message }] : [];
}

/** Whether this merchant may make such an order; the app of a merchant below it is WeChat Pay's to judge. */
function findPartyErrors(
  merchant: Merchant,
  { appId, spAppId, subMchId, prepay }: OrderContent,
): FieldError[] {
  if (!merchant.appIds.includes(spAppId ?? appId)) {
    return [{ field: 'appid', message: 'is none of the appids of this merchant' }];
  }
  if (subMchId !== undefined && !merchant.isServiceProvider) {
    return [{ field: 'sub_mchid', message: 'is for service providers (service_provider)' }];
  }
  // Nobody can pay a service provider itself. https://pay.weixin.qq.com/doc/v3/partner/4012085810
  if (subMchId === undefined && merchant.isServiceProvider && prepay) {
    return [{ field: 'sub_mchid', message: 'is required of a service provider' }];
  }
  return [];
}

/** An order that another system prepays may be registered after its time, so its time_expire is not judged. */
export function timeExpireProblem(
  content: Pick<OrderContent, 'timeExpire' | 'prepay'>,
  now: Date,
): string | undefined {
  if (content.timeExpire === undefined || !content.prepay) return undefined;
  const payableForMs = content.timeExpire.getTime() - now.getTime();
  if (payableForMs < leastPayableForMs) return 'must lie at least one minute ahead';
  if (payableForMs > mostPayableForMs) return 'must lie at most 90 days ahead';
  return undefined;
}

function toNewOrder({ merchant, notifyUrl }: PayingMerchant, content: OrderContent, now: Date): NewOrder {
  const { timeExpire, ...facts } = content;
  // Of use to a prepay only, and personal: it holds the address of the buyer's device.
  const { scene_info: _scene, ...rest } = content.prepayOptions ?? {};
  return {
    ...facts,
    ...(!content.prepay && content.prepayOptions !== undefined && { prepayOptions: rest }),
    mchId: merchant.mchId,
    timeExpire: timeExpire ?? toDefaultExpiry(now),
    notifyUrl: content.prepay ? notifyUrl : undefined,
    contentHash: toContentHash(content),
  };
}

/** When an order can be paid no more that says nothing of it. */
export function toDefaultExpiry(now: Date): Date {
  return toWholeSeconds(new Date(now.getTime() + defaultPayableForMs));
}
