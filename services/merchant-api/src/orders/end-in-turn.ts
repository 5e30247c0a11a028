import type { Clock } from '@huidiao/contracts';
import { type QueryingMerchant, type Store, takeQueryTurns } from '@huidiao/store';
import { callsToEnd } from '@huidiao/wechat';

/** Longer than the calls that ending takes may last: nobody shall prepay in between. */
const leaseMs = 30_000;

export interface EndInTurnDeps {
  readonly turns: Store['turns'];
  readonly clock: Clock;
}

/** What is to be ended, an order or a combined one. */
export interface EndTarget<T> {
  /** Whether nobody is asking WeChat Pay for a prepay_id of it, and it still is as it was read. */
  takeTurn(leaseMs: number): Promise<boolean>;
  /** Asks, closes and asks again, and records what that says. */
  end(): Promise<T>;
  /** Gives the turn back. */
  endTurn(): Promise<void>;
}

export type EndOutcome<T> =
  | { readonly kind: 'ended'; readonly value: T }
  /** The merchant's rate is used up. */
  | { readonly kind: 'rate'; readonly retryAfterSeconds: number }
  /** Somebody is prepaying it, or it changed. */
  | { readonly kind: 'under-way' };

/**
 * Ends an order while nobody prepays it, or the number that WeChat Pay just said it does not have would be paid after
 * it was closed here.
 * @throws AppError WECHAT_*, STORE_UNAVAILABLE; whether it is closed at WeChat Pay is then unknown, and it may be repeated
 */
export async function endInTurn<T>(
  { turns, clock }: EndInTurnDeps,
  merchant: QueryingMerchant,
  target: EndTarget<T>,
): Promise<EndOutcome<T>> {
  const retryAfterSeconds = await takeQueryTurns(turns, merchant, callsToEnd, clock.now());
  if (retryAfterSeconds > 0) return { kind: 'rate', retryAfterSeconds };
  if (!(await target.takeTurn(leaseMs))) return { kind: 'under-way' };
  try {
    return { kind: 'ended', value: await target.end() };
  } finally {
    // Should the store be away too, the lease ends the turn.
    await target.endTurn().catch(() => undefined);
  }
}
