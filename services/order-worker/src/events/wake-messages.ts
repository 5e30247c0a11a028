import { type Message, type Recipient, wakeMessage } from '@huidiao/store';
import type { EventDeps } from './applied.ts';

/** Others may wake some of them at the same moment. */
const lookedAt = 20;

/**
 * Wakes the messages that have waited longest for the consent of this recipient, at most `count`.
 *
 * The consent is stored by now. A message that begins to wait looks for consents after it is marked as waiting, so
 * either this finds the mark, or the message finds the consent.
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

/** Its job is only a hint: the reconciler adds what is due. */
async function wake({ store, producer, clock, logger }: EventDeps, message: Message): Promise<boolean> {
  const { isWoken, job } = await wakeMessage(store, message, { now: clock.now() });
  if (job === undefined) return isWoken;
  await producer.add(job).catch((error: unknown) => {
    logger.debug({ err: error, jobId: job.id }, 'message left to the reconciler');
  });
  return isWoken;
}
