import { toEffectId } from './job-id.ts';

/**
 * What happens to an order that its buyer may be told of; names a template of the app (`templates.order_paid`, …).
 * An app without that template tells nobody.
 */
export const messageTriggers = ['order_paid', 'order_shipped', 'refund_succeeded'] as const;
export type MessageTrigger = (typeof messageTriggers)[number];

/** One thing that happened. */
export interface Happened {
  readonly trigger: MessageTrigger;
  /**
   * Tells apart what may happen to an order more than once: of `order_shipped` the shipment's id, of
   * `refund_succeeded` WeChat Pay's number of the refund (refund_id).
   */
  readonly key?: string;
}

/** The effect by which the buyer is told of it; also the key of the message. */
export function toMessageEffectId(
  { mchId, outTradeNo }: { readonly mchId: string; readonly outTradeNo: string },
  { trigger, key }: Happened,
): string {
  const subject = key === undefined ? trigger : `${trigger}_${key}`;
  return toEffectId('send-subscribe-message', mchId, outTradeNo, subject);
}

/** What an effect of toMessageEffectId tells of; `undefined` for any other text. */
export function parseMessageEffectId(
  effectId: string,
  order: { readonly mchId: string; readonly outTradeNo: string },
): Happened | undefined {
  for (const trigger of messageTriggers) {
    const id = toMessageEffectId(order, { trigger });
    if (effectId === id) return { trigger };
    if (effectId.startsWith(`${id}_`)) return { trigger, key: effectId.slice(id.length + 1) };
  }
  return undefined;
}
