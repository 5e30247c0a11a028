import {
  type Clock,
  type Happened,
  type Lane,
  type MerchantDirectory,
  templateOf,
  toMessageEffectId,
} from '@huidiao/contracts';
import type { Effect, Order } from '@huidiao/store';

export interface MessageEffectDeps {
  readonly directory: Pick<MerchantDirectory, 'apps'>;
  readonly effectGraceMs: number;
  readonly clock: Clock;
}

/**
 * The effects by which the buyer is told: none where the app has no template for it, or neither the payment nor the
 * order names the buyer.
 */
export function toMessageEffects(
  { directory, effectGraceMs, clock }: MessageEffectDeps,
  order: Order,
  happened: Happened,
  cause: { readonly requestId: string; readonly lane: Lane },
): Effect[] {
  const app = directory.apps.get(order.appId);
  if (app === undefined || templateOf(app, happened.trigger) === undefined) return [];
  if ((order.payment?.openId ?? order.openId) === undefined) return [];
  const id = toMessageEffectId(order, happened);
  const dueAt = new Date(clock.now().getTime() + effectGraceMs);
  return [{ id, job: 'send-subscribe-message', dueAt, ...cause }];
}
