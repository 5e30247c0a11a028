import { type DeadLetter, type DeadLetterSink, jobCatalogue } from '@huidiao/contracts';
import { type Store, withEffectsSettled } from '@huidiao/store';

/**
 * Dead letters of messages. Once one is stored, its message's row is settled and then the order's effect, since a
 * dead letter is a result. Every step may be repeated; if one fails the job stays and all of them run again.
 */
export function createMessageDeadLetters(
  store: Pick<Store, 'orders' | 'messages' | 'deadLetters'>,
): DeadLetterSink {
  const deadLetters = {
    ...store.deadLetters,
    async store(deadLetter: DeadLetter) {
      await store.deadLetters.store(deadLetter);
      await endRow(store, deadLetter);
    },
  };
  return withEffectsSettled({ orders: store.orders, deadLetters });
}

/**
 * A message that was on its way when its job died may have arrived: unknown. One that was queued never left, and
 * now never will: expired. A row that ended keeps what it says, and a job that nobody understands has none.
 */
async function endRow(
  { messages }: Pick<Store, 'messages'>,
  { payload, errorCode }: DeadLetter,
): Promise<void> {
  const job = jobCatalogue['send-subscribe-message'].schema.safeParse(payload);
  if (!job.success) return;
  const { effectId } = job.data;
  const isOnItsWay = await messages.settle(effectId, 'unknown', { errorCode });
  if (!isOnItsWay) await messages.settle(effectId, 'expired', { errorCode });
}
