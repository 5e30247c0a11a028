import type { Effect, Store } from '@huidiao/store';
import type { ToFollowing } from './asker.ts';
import { type Settlement, toSettlement } from './settlement.ts';

/** The effect of an order that a message is. */
export interface MessageEffect {
  readonly mchId: string;
  readonly outTradeNo: string;
  /** Also the key of the message's row. */
  readonly effectId: string;
}

/**
 * Records how a message ended: in its row first, then in the order. After a crash between the two the row says
 * how it ended, and only the order is left to be told. A replayed dead letter has settled the order's effect
 * before: then the time line is told by itself.
 *
 * @param toFollowing what has to happen because of how it ended
 * @returns what the row says: one that was settled before keeps it, and that is what the order is told.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function settleMessage(
  store: Pick<Store, 'orders' | 'messages'>,
  effect: MessageEffect,
  settlement: Settlement,
  toFollowing: ToFollowing = () => [],
): Promise<Settlement> {
  const settled = await settleRow(store, effect.effectId, settlement);
  const following = toFollowing(settled);
  if (await settleEffect(store, effect, settled, following)) return settled;
  const { mchId, outTradeNo, effectId } = effect;
  const eventKey = `${effectId}_${settled.state}`;
  await store.orders.noteEvent(mchId, outTradeNo, eventKey, toEntry(settled), following);
  return settled;
}

async function settleRow(
  store: Pick<Store, 'messages'>,
  key: string,
  settlement: Settlement,
): Promise<Settlement> {
  if (await store.messages.settle(key, settlement.state, settlement.facts)) return settlement;
  const row = await store.messages.find(key);
  return (row && toSettlement(row)) ?? settlement;
}

/** Only the order, for a row that is settled; `false` when the order waits for it no longer. */
export async function settleEffect(
  store: Pick<Store, 'orders'>,
  { mchId, outTradeNo, effectId }: MessageEffect,
  settlement: Settlement,
  following: readonly Effect[] = [],
): Promise<boolean> {
  return await store.orders.settleEffect(mchId, outTradeNo, effectId, toEntry(settlement), following);
}

function toEntry({ state, facts }: Settlement) {
  return { ...facts, event: `message.${state}` };
}
