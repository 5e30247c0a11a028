import { randomUUID } from 'node:crypto';
import { AppError } from '@huidiao/errors';
import type { Message, Store } from '@huidiao/store';
import { clientMsgIdKnownForMs } from '@huidiao/wechat';
import type { Draft } from './draft.ts';

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

/** Whether WeChat would send a repetition once: it knows the key of a template message for ten minutes. */
export function isRepeatable({ content }: Draft, { sendingAt }: Message, now: Date): boolean {
  if (content.channel !== 'template' || sendingAt === undefined) return false;
  return now.getTime() < sendingAt.getTime() + clientMsgIdKnownForMs;
}

/**
 * Takes over a sending whose answer nobody saw.
 *
 * @throws AppError STORE_UNAVAILABLE; MESSAGE_RECIPIENT_BUSY where another one has gone on with it
 */
export async function beginAgain(
  messages: Store['messages'],
  { key, sendingId = '' }: Message,
): Promise<void> {
  if (!(await messages.beginAgain(key, { sendingId }, randomUUID()))) {
    throw new AppError('MESSAGE_RECIPIENT_BUSY');
  }
}
