import { randomUUID } from 'node:crypto';
import { AppError } from '@huidiao/errors';
import type { Store } from '@huidiao/store';

/**
 * Stores that it is being sent. Where that cannot be seen to have worked it is taken back, if it did: nothing has
 * left yet. What then still says `sending` ends as unknown.
 *
 * @throws AppError STORE_UNAVAILABLE; MESSAGE_RECIPIENT_BUSY for one whose turn ran out while it was held up, so
 * that another one has gone on
 */
export async function beginSending(messages: Store['messages'], key: string): Promise<string> {
  const sendingId = randomUUID();
  try {
    if (await messages.beginSending(key, sendingId)) return sendingId;
    throw new AppError('MESSAGE_RECIPIENT_BUSY');
  } catch (error) {
    await messages.requeue(key, {}, sendingId).catch(() => undefined);
    throw error;
  }
}
