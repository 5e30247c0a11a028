import type { LedgerEntry, Order } from '@huidiao/store';
import { askAboutPayment } from './ask-wechat.ts';
import type { CheckDeps } from './check-deps.ts';
import { findCallback } from './find-callback.ts';
import { lookUntil } from './look-until.ts';

/** How the waiting for a payment's callback ended. */
export type PaymentSeen =
  | { readonly kind: 'callback'; readonly entry: LedgerEntry }
  /** WeChat Pay says that it is paid, and the callback did not come in time. */
  | { readonly kind: 'no_callback' }
  /** Nobody is known to have paid in time. */
  | { readonly kind: 'not_paid' }
  | { readonly kind: 'interrupted' };

/**
 * Waits until somebody pays and the ledger has the callback. WeChat Pay is asked meanwhile, so that a payment without
 * a callback is told from no payment.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function awaitPayment(deps: CheckDeps, order: Order): Promise<PaymentSeen> {
  const { clock, times, say } = deps;
  const scanUntil = toLater(clock.now(), times.scanMs);
  let callbackUntil: Date | undefined;
  let askAt = toLater(clock.now(), times.askMs);
  const looked = await lookUntil(deps, async () => {
    const seen = await findCallback(deps, order.outTradeNo, 'payment');
    if (seen === undefined && callbackUntil === undefined && clock.now() >= askAt) {
      askAt = toLater(clock.now(), times.askMs);
      if (await isPaid(deps, order)) {
        callbackUntil = toLater(clock.now(), times.callbackMs);
        say('WeChat Pay says that it is paid; waiting for the callback');
      }
    }
    return { seen, deadline: callbackUntil ?? scanUntil };
  });
  if (looked.kind === 'seen') return { kind: 'callback', entry: looked.seen };
  if (looked.kind === 'interrupted') return looked;
  return { kind: callbackUntil === undefined ? 'not_paid' : 'no_callback' };
}

/** A question that fails is asked again a moment later; the callback may come before that. */
async function isPaid(deps: CheckDeps, { outTradeNo }: Order): Promise<boolean> {
  const found = await askAboutPayment(deps, outTradeNo).catch(() => undefined);
  return found?.state === 'paid';
}

/** A time that lies later by so many milliseconds. */
export function toLater(time: Date, ms: number): Date {
  return new Date(time.getTime() + ms);
}
