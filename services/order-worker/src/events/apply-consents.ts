import type { ConsentAnswer, Recipient } from '@huidiao/store';
import type { Applied, EventDeps, ToldEvent } from './applied.ts';
import { wakeMessages } from './wake-messages.ts';

type Answered = ToldEvent<'consent.answered'> | ToldEvent<'consent.changed'>;

/**
 * Keeps what a user allowed or refused, and wakes messages that waited for it: at most one for each that was allowed.
 * Everything may be repeated; a message that is woken for nothing looks for its consent and goes on waiting.
 */
export async function applyConsents(deps: EventDeps, told: Answered): Promise<Applied> {
  const { appId, openId, occurredAt, answers } = told.event;
  let woken = 0;
  for (const { templateId, answer } of answers) {
    const recipient: Recipient = { appId, openId, templateId };
    const kept = toAnswer(told.event.type, answer);
    const { callbackKey: eventKey } = told;
    await deps.store.consents.record({
      ...recipient,
      eventKey,
      answer: kept,
      occurredAt: new Date(occurredAt),
    });
    if (kept === 'accept') woken += await wakeMessages(deps, recipient, 1);
  }
  return { outcome: 'consents_kept', counts: { woken } };
}

/** The same word means less in the question than in the settings. */
function toAnswer(type: Answered['event']['type'], answer: 'accept' | 'reject'): ConsentAnswer['answer'] {
  if (type === 'consent.answered') return answer;
  return answer === 'accept' ? 'allow' : 'withdraw';
}
