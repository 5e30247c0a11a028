import type { CreateOrderRequest, Merchant } from '@huidiao/contracts';
import type { NewOrder, Order, Store } from '@huidiao/store';
import type { PayClient } from '@huidiao/wechat';
import type { FieldError } from '../http/problem.ts';
import { type PrepayOrderDeps, type PrepayOutcome, prepayOrder } from './prepay-order.ts';
import { type OrderContent, toContentHash, toOrderContent, toWholeSeconds } from './to-order-content.ts';

export type CreateOrderOutcome =
  /** `prepay: false`. */
  | { readonly kind: 'registered'; readonly order: Order; readonly isNew: boolean }
  | (Extract<PrepayOutcome, { kind: 'payable' }> & { readonly isNew: boolean })
  | Exclude<PrepayOutcome, { kind: 'payable' }>
  /** The number belongs to an order with other content. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

/** A merchant with what it takes to start its payments. */
export interface PayingMerchant {
  readonly merchant: Merchant;
  readonly client: Pick<PayClient, 'prepayJsapi' | 'queryByOutTradeNo' | 'requestPaymentParameters'>;
  /** Where WeChat Pay sends the payment's notification. */
  readonly notifyUrl: string;
}

export interface CreateOrderDeps extends PrepayOrderDeps {
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
  if (!content.prepay) return { kind: 'registered', order, isNew };

  const prepaid = await prepayOrder(deps, paying.client, order.notifyUrl ?? paying.notifyUrl, order);
  return prepaid.kind === 'payable' ? { ...prepaid, isNew } : prepaid;
}

/** What the schema cannot see: the merchant's apps, and the time. */
async function findFieldErrors(
  deps: CreateOrderDeps,
  merchant: Merchant,
  content: OrderContent,
): Promise<FieldError[]> {
  if (!merchant.appIds.includes(content.appId)) {
    return [{ field: 'appid', message: 'is none of the appids of this merchant' }];
  }
  const message = timeExpireProblem(content, deps.clock.now());
  if (message === undefined) return [];
  // A repeat of a good request is not bad because time went by: the order itself then says that it is expired.
  const known = await deps.orders.find(merchant.mchId, content.outTradeNo);
  return known === undefined ? [{ field: 'time_expire', message }] : [];
}

/** An order that another system prepays may be registered after its time, so its time_expire is not judged. */
function timeExpireProblem(content: OrderContent, now: Date): string | undefined {
  if (content.timeExpire === undefined || !content.prepay) return undefined;
  const payableForMs = content.timeExpire.getTime() - now.getTime();
  if (payableForMs < leastPayableForMs) return 'must lie at least one minute ahead';
  if (payableForMs > mostPayableForMs) return 'must lie at most 90 days ahead';
  return undefined;
}

function toNewOrder({ merchant, notifyUrl }: PayingMerchant, content: OrderContent, now: Date): NewOrder {
  return {
    mchId: merchant.mchId,
    appId: content.appId,
    outTradeNo: content.outTradeNo,
    ...(content.openId === undefined ? {} : { openId: content.openId }),
    description: content.description,
    amountFen: content.amountFen,
    currency: content.currency,
    ...(content.attach === undefined ? {} : { attach: content.attach }),
    logisticsType: content.logisticsType,
    timeExpire: content.timeExpire ?? toWholeSeconds(new Date(now.getTime() + defaultPayableForMs)),
    ...(content.prepay ? { notifyUrl } : {}),
    prepay: content.prepay,
    contentHash: toContentHash(content),
  };
}
