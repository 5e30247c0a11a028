import {
  type Clock,
  isWantedEvent,
  type Lane,
  type MerchantDirectory,
  toReportEffectId,
} from '@huidiao/contracts';
import type { Effect } from '@huidiao/store';

interface Cause {
  readonly mchId: string;
  /** Also the key of the message. */
  readonly effectId: string;
  readonly requestId: string;
  readonly lane: Lane;
}

/** Tells the shop, where it wants to hear of it, that a message will not arrive. Due at once: nobody adds its job here. */
export function toReportEffects(
  { directory, clock }: { readonly directory: MerchantDirectory; readonly clock: Clock },
  { mchId, effectId, requestId, lane }: Cause,
): readonly Effect[] {
  const shop = directory.merchants.get(mchId)?.shop;
  if (shop === undefined || !isWantedEvent(shop.events, 'message.undeliverable')) return [];
  return [
    { id: toReportEffectId(effectId), job: 'report-undeliverable', dueAt: clock.now(), requestId, lane },
  ];
}
