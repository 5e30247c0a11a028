import type { Message, Recipient } from '@huidiao/store';
import { addEffectJobs } from '../jobs/add-effect-jobs.ts';
import type { EventDeps } from './applied.ts';

/** Others may wake some of them at the same moment. */
const lookedAt = 20;

/**
 * Wakes the messages that have waited longest for the consent of this recipient, at most `count`.
 *
 * The consent is stored by now. A message that begins to wait looks for consents after it is marked as waiting, so
 * either this finds the mark, or the message finds the consent. The effect is moved first: a process that dies after
 * that leaves a message whose job the reconciler adds.
 *
 * @returns how many were woken
 */
export async function wakeMessages(deps: EventDeps, recipient: Recipient, count: number): Promise<number> {
  if ((await deps.store.consents.state(recipient)).state !== 'granted') return 0;
  let woken = 0;
  for (const message of await deps.store.messages.listWaiting(recipient, lookedAt)) {
    if (woken === count) break;
    if (await wake(deps, message)) woken += 1;
  }
  return woken;
}

async function wake({ store, producer, clock, logger }: EventDeps, message: Message): Promise<boolean> {
  const { key, rounds, mchId, outTradeNo } = message;
  const order = { mchId, outTradeNo };
  const renewed = { id: key, dueAt: clock.now(), round: rounds + 1 };
  const effect = await store.orders.renewEffect(order, renewed);
  if (!(await store.messages.wake(key, rounds))) return false;
  if (effect !== undefined) await addEffectJobs(producer, order, [effect], logger);
  return true;
}
