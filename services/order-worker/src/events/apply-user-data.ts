import type { Applied, EventDeps, ToldEvent } from './applied.ts';

/** The person has closed their WeChat account: everything that names them goes. */
export async function applyCancelled(
  { store }: EventDeps,
  { event }: ToldEvent<'user_data.cancelled'>,
): Promise<Applied> {
  const { appId, openId, occurredAt } = event;
  const counts = await store.userData.forget({ appId, openId }, new Date(occurredAt));
  return { outcome: 'forgotten', counts };
}

/** The person withdraws the consent to some kinds of data: what is kept of those kinds goes. */
export async function applyRevoked(
  { store }: EventDeps,
  { event }: ToldEvent<'user_data.revoked'>,
): Promise<Applied> {
  const { appId, openId, revokeInfo } = event;
  const counts = await store.userData.revoke({ appId, openId }, revokeInfo);
  return { outcome: Object.keys(counts).length === 0 ? 'nothing_kept' : 'forgotten', counts };
}
