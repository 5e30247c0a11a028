import type { ConsentState, Message, MessageFacts, Recipient, Store } from '@huidiao/store';
import type { Asker } from './asker.ts';

/** WeChat's 43101: the user did not agree to this message, or what they agreed to is used up. */
const notSubscribed = 'MESSAGE_NOT_SUBSCRIBED';

/**
 * Whether WeChat need not be asked: the user said no, or WeChat refused this very message before and nobody has
 * agreed since. A message that was woken because the user agreed in the page is tried: with 总是保持以上选择 no event
 * tells of that, and 43101 decides.
 */
export function mustWait({ state }: ConsentState, { facts }: Pick<Message, 'facts'>): boolean {
  if (facts.acceptedInPage === true) return false;
  return state === 'blocked' || (state === 'unknown' && facts.errorCode === notSubscribed);
}

/**
 * Lets a message wait for its user's consent, at no cost in Redis: its row says so, and it comes again at its latest
 * useful time. Whoever stores a consent wakes it sooner.
 *
 * The consent may come at this very moment. The row is marked first and the consents are read then, as whoever stores
 * a consent looks for marks after that: one of the two sees the other.
 *
 * @param why.facts for the row; by default that the user did not agree
 * @param why.sendingId of the sending that WeChat refused
 * @returns `consented` when it need not wait; `overtaken` when another attempt has gone on with it
 * @throws AppError STORE_UNAVAILABLE
 */
export async function waitForConsent(
  consents: Pick<Store['consents'], 'state'>,
  asker: Pick<Asker, 'mark' | 'putOff'>,
  recipient: Recipient,
  why: { readonly facts?: MessageFacts; readonly sendingId?: string },
): Promise<'waiting' | 'consented' | 'overtaken'> {
  const { facts = { errorCode: notSubscribed }, sendingId } = why;
  const row = await asker.mark(facts, sendingId);
  if (row === undefined) return 'overtaken';
  if ((await consents.state(recipient)).state === 'granted') return 'consented';
  await asker.putOff(row);
  return 'waiting';
}
