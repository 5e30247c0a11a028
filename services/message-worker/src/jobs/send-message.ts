import type { JobData } from '@huidiao/contracts';
import type { JobAttempt, JobOutcome } from '@huidiao/queue';
import { createOwnAsker } from '../message/own-asker.ts';
import { sendOnce } from '../message/send-once.ts';
import { type SendMessageDeps, toOutcome } from './send-subscribe-message.ts';

/**
 * Tells a user what somebody asked for by merchant-api, at most once: see sendOnce.
 *
 * @throws AppError MESSAGE_CONTENT_UNREADABLE, and what sendOnce throws.
 */
export function createSendMessage(deps: SendMessageDeps) {
  return async ({ messageKey }: JobData<'send-message'>, { attempt }: JobAttempt): Promise<JobOutcome> => {
    const asked = await deps.store.messages.find(messageKey);
    if (asked === undefined) return { outcome: 'unknown_message' };
    const { messageId, channel } = asked;
    const ending = await sendOnce(deps, createOwnAsker(deps, asked), attempt);
    return { ...toOutcome(deps, ending), messageId, channel };
  };
}
