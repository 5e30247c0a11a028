import type { LedgerEntry, Order } from '@huidiao/store';
import type { QueriedRefund } from '@huidiao/wechat';
import { askAboutRefund } from './ask-wechat.ts';
import { toLater } from './await-payment.ts';
import type { CheckDeps } from './check-deps.ts';
import { findCallback } from './find-callback.ts';
import { lookUntil } from './look-until.ts';

/** How the waiting for a refund's callback ended. */
export type RefundSeen =
  | { readonly kind: 'callback'; readonly entry: LedgerEntry }
  /** The refund is through, and the callback did not come in time. */
  | { readonly kind: 'no_callback' }
  /** WeChat Pay is still at it; nothing is wrong. */
  | { readonly kind: 'processing' }
  | { readonly kind: 'interrupted' };

/**
 * Waits until the refund is through and the ledger has its callback.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function awaitRefund(deps: CheckDeps, order: Order, refund: QueriedRefund): Promise<RefundSeen> {
  const { clock, times, say } = deps;
  const throughUntil = toLater(clock.now(), times.refundMs);
  let callbackUntil: Date | undefined;
  let { status } = refund;
  let askAt = toLater(clock.now(), times.askMs);
  const looked = await lookUntil(deps, async () => {
    const seen = await findCallback(deps, order.outTradeNo, 'refund');
    if (seen === undefined && status === 'PROCESSING' && clock.now() >= askAt) {
      askAt = toLater(clock.now(), times.askMs);
      status = (await askAboutRefund(deps, refund.outRefundNo).catch(() => undefined))?.status ?? status;
    }
    if (seen === undefined && status !== 'PROCESSING' && callbackUntil === undefined) {
      callbackUntil = toLater(clock.now(), times.callbackMs);
      say(`WeChat Pay says that the refund is ${status}; waiting for the callback`);
    }
    return { seen, deadline: callbackUntil ?? throughUntil };
  });
  if (looked.kind === 'seen') return { kind: 'callback', entry: looked.seen };
  if (looked.kind === 'interrupted') return looked;
  return { kind: callbackUntil === undefined ? 'processing' : 'no_callback' };
}
