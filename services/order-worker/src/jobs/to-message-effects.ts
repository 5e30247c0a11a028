import { type Clock, type Lane, type MerchantDirectory, toEffectId } from '@huidiao/contracts';
import type { Effect, Order } from '@huidiao/store';

/** What happened to an order that its buyer may be told of; names a template of the app: `templates.order_paid`. */
export type MessageTrigger = 'order_paid';

export interface MessageEffectDeps {
  readonly directory: Pick<MerchantDirectory, 'apps'>;
  readonly effectGraceMs: number;
  readonly clock: Clock;
}

/**
 * The effects by which the buyer is told: none where the app has no template for it, or neither the payment nor the
 * order names the buyer.
 *
 * @param happened what happened, and for what may happen to an order more than once a key of its own
 */
export function toMessageEffects(
  { directory, effectGraceMs, clock }: MessageEffectDeps,
  order: Order,
  happened: { readonly trigger: MessageTrigger; readonly key?: string },
  cause: { readonly requestId: string; readonly lane: Lane },
): Effect[] {
  const template = directory.apps.get(order.appId)?.templates.orderPaid;
  if (template === undefined || (order.payment?.openId ?? order.openId) === undefined) return [];
  const { trigger, key } = happened;
  const kind = key === undefined ? trigger : `${trigger}_${key}`;
  const id = toEffectId('send-subscribe-message', order.mchId, order.outTradeNo, kind);
  const dueAt = new Date(clock.now().getTime() + effectGraceMs);
  return [{ id, job: 'send-subscribe-message', dueAt, ...cause }];
}
