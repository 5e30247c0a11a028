import type { CreateCombinedOrderRequest, Merchant, MerchantDirectory } from '@huidiao/contracts';
import type { Store } from '@huidiao/store';
import type { FieldError } from '../http/problem.ts';
import { timeExpireProblem, toDefaultExpiry } from '../orders/create-order.ts';
import type { PayingMerchant } from '../orders/paying-merchant.ts';
import type { NotPrepaid, PrepayOutcome } from '../orders/prepay-in-turn.ts';
import { type WakeWaitingDeps, wakeWaiting } from '../orders/wake-waiting.ts';
import type { CombinedWhole } from './combined-whole.ts';
import { type PrepayCombinedDeps, prepayCombined } from './prepay-combined.ts';
import { type CombinedContent, toCombinedContent } from './to-combined-content.ts';

export interface CreateCombinedOrderDeps extends PrepayCombinedDeps, WakeWaitingDeps {
  readonly producer: PrepayCombinedDeps['producer'] & WakeWaitingDeps['producer'];
  readonly orders: PrepayCombinedDeps['orders'] & Pick<Store['orders'], 'register'>;
  readonly combinedOrders: PrepayCombinedDeps['combinedOrders'] & Pick<Store['combinedOrders'], 'register'>;
  readonly directory: Pick<MerchantDirectory, 'merchants'>;
}

export type CreateCombinedOutcome =
  | (Extract<PrepayOutcome<CombinedWhole>, { kind: 'payable' }> & { readonly isNew: boolean })
  | NotPrepaid
  /** A number, that of the whole or of a part, belongs to something else. */
  | ({ readonly kind: 'conflict' } & TakenNumber)
  /** Nothing is known here of the merchant that a part is of. */
  | { readonly kind: 'not-configured'; readonly mchId: string }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

/** A number that is taken. */
export interface TakenNumber {
  readonly outTradeNo: string;
  /** Whether the number of the whole is stored with the parts of this request: it can then name no other ones. */
  readonly isWholeSpent: boolean;
}

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
  const unknown = known === undefined ? findUnknownMerchant(deps, merchant, request) : undefined;
  if (unknown !== undefined) return { kind: 'not-configured', mchId: unknown };

  const defaultExpiry = known?.timeExpire ?? toDefaultExpiry(now);
  const content = toCombinedContent(request, {
    mchId,
    notifyUrl: known?.notifyUrl ?? notifyUrl,
    defaultExpiry,
  });
  const registered = await register(deps, content, known !== undefined);
  if ('outTradeNo' in registered) return { kind: 'conflict', ...registered };
  const woken = wakeWaiting(deps, registered.whole.orders);
  const prepaid = await prepayCombined(deps, paying.client, registered.whole);
  await woken;
  return prepaid.kind === 'payable' ? { ...prepaid, isNew: registered.isNew } : prepaid;
}

type Registered = { readonly whole: CombinedWhole; readonly isNew: boolean } | TakenNumber;

/** The whole first: who comes after with other content for its parts then sees that they are taken. */
async function register(
  deps: CreateCombinedOrderDeps,
  { combined: wanted, orders: parts }: CombinedContent,
  isKnown: boolean,
): Promise<Registered> {
  const taken = await findTakenNumber(deps, parts);
  if (taken !== undefined) return { outTradeNo: taken, isWholeSpent: isKnown };
  const { outcome, combined } = await deps.combinedOrders.register(wanted);
  if (outcome === 'conflict') return { outTradeNo: wanted.combineOutTradeNo, isWholeSpent: true };
  const { timeExpire, notifyUrl } = combined;
  const registrations = await Promise.all(
    parts.map((part) => deps.orders.register({ ...part, timeExpire, notifyUrl })),
  );
  const conflict = registrations.find((registration) => registration.outcome === 'conflict');
  if (conflict !== undefined) return { outTradeNo: conflict.order.outTradeNo, isWholeSpent: true };
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

/** WeChat Pay takes refunds of a part of another merchant from that one alone: without its key nobody could make them. */
function findUnknownMerchant(
  { directory: { merchants } }: Pick<CreateCombinedOrderDeps, 'directory'>,
  { mchId, isServiceProvider }: Merchant,
  { sub_orders }: CreateCombinedOrderRequest,
): string | undefined {
  const owners = sub_orders.map((part) => part.mchid ?? mchId);
  return owners.find((owner) => owner !== mchId && (isServiceProvider || !merchants.has(owner)));
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
