import type { Effect, Message, MessageFacts, SettledState, Store } from '@huidiao/store';

/** How a message ended. `unknown`: WeChat may or may not have sent it, and it is never sent again. */
export interface Settlement {
  readonly state: SettledState;
  /** errorCode, remoteCode (WeChat's errcode) or msgId, where there is one. */
  readonly facts: MessageFacts;
}

/** What has to happen because a message ended so. */
export type ToFollowing = (settlement: Settlement) => readonly Effect[];

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

/** How the message of a row ended; `undefined` while it has not. */
export function toSettlement({ state, facts }: Message): Settlement | undefined {
  return state === 'queued' || state === 'sending' ? undefined : { state, facts };
}

function toEntry({ state, facts }: Settlement) {
  return { ...facts, event: `message.${state}` };
}
