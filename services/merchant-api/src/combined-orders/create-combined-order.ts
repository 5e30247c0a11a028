import type { CreateCombinedOrderRequest, Merchant } from '@huidiao/contracts';
import type { Store } from '@huidiao/store';
import type { FieldError } from '../http/problem.ts';
import { timeExpireProblem, toDefaultExpiry } from '../orders/create-order.ts';
import type { PayingMerchant } from '../orders/paying-merchant.ts';
import type { NotPrepaid, PrepayOutcome } from '../orders/prepay-in-turn.ts';
import type { CombinedWhole } from './combined-whole.ts';
import { type PrepayCombinedDeps, prepayCombined } from './prepay-combined.ts';
import { type CombinedContent, toCombinedContent } from './to-combined-content.ts';

export interface CreateCombinedOrderDeps extends PrepayCombinedDeps {
  readonly orders: PrepayCombinedDeps['orders'] & Pick<Store['orders'], 'register'>;
  readonly combinedOrders: PrepayCombinedDeps['combinedOrders'] & Pick<Store['combinedOrders'], 'register'>;
}

export type CreateCombinedOutcome =
  | (Extract<PrepayOutcome<CombinedWhole>, { kind: 'payable' }> & { readonly isNew: boolean })
  | NotPrepaid
  /** A number, that of the whole or of a part, belongs to something else. */
  | { readonly kind: 'conflict'; readonly outTradeNo: string }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

/**
 * Registers a combined order and all of its parts, and starts its payment. WeChat Pay hears of it only once every part
 * is stored, so that its callback always finds them. The same request may come any number of times, and goes on where
 * one before it broke off.
 *
 * @throws AppError as prepayInTurn does
 */
export async function createCombinedOrder(
  deps: CreateCombinedOrderDeps,
  paying: PayingMerchant,
  request: CreateCombinedOrderRequest,
): Promise<CreateCombinedOutcome> {
  const { merchant, notifyUrl } = paying;
  const { mchId } = merchant;
  const known = await deps.combinedOrders.find(mchId, request.combine_out_trade_no);
  const now = deps.clock.now();
  // A repeat of a good request is not bad because time went by.
  const errors = findFieldErrors(merchant, request, known === undefined ? now : undefined);
  if (errors.length > 0) return { kind: 'invalid', errors };

  const defaultExpiry = known?.timeExpire ?? toDefaultExpiry(now);
  const content = toCombinedContent(request, {
    mchId,
    notifyUrl: known?.notifyUrl ?? notifyUrl,
    defaultExpiry,
  });
  const registered = await register(deps, content);
  if ('outTradeNo' in registered) return { kind: 'conflict', ...registered };
  const prepaid = await prepayCombined(deps, paying.client, registered.whole);
  return prepaid.kind === 'payable' ? { ...prepaid, isNew: registered.isNew } : prepaid;
}

type Registered =
  | { readonly whole: CombinedWhole; readonly isNew: boolean }
  | { readonly outTradeNo: string };

/** The whole first: who comes after with other content for its parts then sees that they are taken. */
async function register(
  deps: CreateCombinedOrderDeps,
  { combined: wanted, orders: parts }: CombinedContent,
): Promise<Registered> {
  const taken = await findTakenNumber(deps, parts);
  if (taken !== undefined) return { outTradeNo: taken };
  const { outcome, combined } = await deps.combinedOrders.register(wanted);
  if (outcome === 'conflict') return { outTradeNo: wanted.combineOutTradeNo };
  const { timeExpire, notifyUrl } = combined;
  const registrations = await Promise.all(
    parts.map((part) => deps.orders.register({ ...part, timeExpire, notifyUrl })),
  );
  const conflict = registrations.find((registration) => registration.outcome === 'conflict');
  if (conflict !== undefined) return { outTradeNo: conflict.order.outTradeNo };
  const orders = registrations.map(({ order }) => order);
  return { whole: { combined, orders }, isNew: outcome === 'registered' };
}

/** Looked for before anything is stored: a whole whose parts are taken could never be paid. */
async function findTakenNumber(
  { orders }: Pick<CreateCombinedOrderDeps, 'orders'>,
  parts: CombinedContent['orders'],
): Promise<string | undefined> {
  const found = await Promise.all(
    parts.map(async ({ mchId, outTradeNo, contentHash }) => {
      const order = await orders.find(mchId, outTradeNo);
      return order !== undefined && order.contentHash !== contentHash ? outTradeNo : undefined;
    }),
  );
  return found.find((number) => number !== undefined);
}

/** @param now undefined where the time is not judged */
function findFieldErrors(
  merchant: Merchant,
  request: CreateCombinedOrderRequest,
  now: Date | undefined,
): FieldError[] {
  if (!merchant.appIds.includes(request.combine_appid)) {
    return [{ field: 'combine_appid', message: 'is none of the appids of this merchant' }];
  }
  const below = request.sub_orders.findIndex((part) => part.sub_mchid !== undefined);
  if (below !== -1 && !merchant.isServiceProvider) {
    return [
      { field: `sub_orders.${below}.sub_mchid`, message: 'is for service providers (service_provider)' },
    ];
  }
  const timeExpire = request.time_expire === undefined ? undefined : new Date(request.time_expire);
  const late = now === undefined ? undefined : timeExpireProblem({ timeExpire, prepay: true }, now);
  return late === undefined ? [] : [{ field: 'time_expire', message: late }];
}
