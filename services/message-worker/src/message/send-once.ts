import type { Clock } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import type { ConsentState, Message, MessageFacts, Store } from '@huidiao/store';
import type { SendResult } from '@huidiao/wechat';
import type { RecipientTurns } from '../recipient-turn.ts';
import type { Asker } from './asker.ts';
import { beginAgain, beginSending, isRepeatable } from './begin-sending.ts';
import { type Draft, type MessageClient, sendDraft } from './draft.ts';
import { type Settlement, toSettlement } from './settlement.ts';
import { toFacts } from './to-facts.ts';
import { mustWait, waitForConsent } from './wait-for-consent.ts';

export interface SendOnceDeps {
  readonly store: Pick<Store, 'messages' | 'consents'>;
  readonly client: MessageClient;
  readonly turns: RecipientTurns;
  readonly clock: Clock;
}

/** One attempt at one message. */
interface Attempt {
  readonly deps: SendOnceDeps;
  readonly asker: Asker;
  /** Of the job, this one included. */
  readonly attempt: number;
}

/** An attempt that may send. */
interface Sending extends Attempt {
  readonly draft: Draft;
  /** As it was before WeChat was asked. */
  readonly consent: ConsentState;
}

/** How an attempt left a message; `waiting` has not ended. */
export type Ending = Settlement | { readonly state: 'waiting'; readonly facts: MessageFacts };

/**
 * Tells a user something, at most once. WeChat's send of subscription messages has no idempotency key, so the row says
 * `sending` before the call; whoever finds a row in `sending` knows that an earlier attempt never learned the answer,
 * and leaves it at `unknown`. Template messages have a key that WeChat knows for ten minutes: within them the call is
 * repeated.
 *
 * | the row says | the user | then |
 * |---|---|---|
 * | nothing, or queued | agreed, or nobody knows | send, unless its latest useful time is past: expired |
 * | nothing, or queued | refused, or WeChat said so before | wait for a consent until the latest useful time |
 * | sending | | unknown: never sent again; or, for ten minutes, the same once more |
 * | sent, delivered, refused, unknown, expired, cancelled | | whoever asked is told if they still wait, nothing is sent |
 *
 * The row decides, not who asked for it: a dead letter of a message that certainly did not leave keeps its row queued,
 * so that its replay sends it.
 *
 * @returns `undefined`: it ended before, and whoever asked knows.
 * @throws AppError MESSAGE_RECIPIENT_BUSY, QUEUE_UNAVAILABLE, STORE_UNAVAILABLE, MERCHANT_NOT_CONFIGURED (come
 * back); what the draft throws; and what WeChat refused, for good or for now, but for 43101.
 */
export async function sendOnce(
  deps: SendOnceDeps,
  asker: Asker,
  attempt: number,
): Promise<Ending | undefined> {
  const known = await deps.store.messages.find(asker.key);
  const ended = known && toSettlement(known);
  if (known !== undefined && ended !== undefined) return await tellEnded(deps, asker, known, ended);
  const draft = asker.draft();
  return await deps.turns.inTurn(draft.recipient, () => sendInTurn({ deps, asker, attempt }, draft));
}

/** Nobody else sends to this user now, so the row is as the last one left it. */
async function sendInTurn(one: Attempt, draft: Draft): Promise<Ending | undefined> {
  const { deps, asker } = one;
  const row = await asker.open(draft);
  const ended = toSettlement(row);
  if (ended !== undefined) return await tellEnded(deps, asker, row, ended);
  if (row.state === 'sending') return await settleLost(one, row, draft);
  if (row.usefulUntil.getTime() <= deps.clock.now().getTime()) {
    return await asker.settle({ state: 'expired', facts: row.facts });
  }
  if (draft.content.channel === 'template') return await sendNow({ ...one, draft, consent: notNeeded });
  const { appId, templateId } = row;
  const recipient = { ...draft.recipient, appId, templateId };
  const consent = await deps.store.consents.state(recipient);
  const sending = { ...one, draft: { ...draft, recipient }, consent };
  if (!mustWait(consent, row)) return await sendNow(sending);
  return await wait(sending, row.facts.errorCode === undefined ? {} : { facts: row.facts });
}

/** Followers of a service account are not asked for each message. */
const notNeeded: ConsentState = { state: 'unknown' };

/** An earlier attempt never learned the answer. */
async function settleLost(one: Attempt, row: Message, draft: Draft): Promise<Ending | undefined> {
  const { deps, asker } = one;
  if (!isRepeatable(draft, row, deps.clock.now())) return await asker.settle({ state: 'unknown', facts: {} });
  await beginAgain(deps.store.messages, row);
  const result = await send(one, draft);
  switch (result.kind) {
    case 'sent':
      return await asker.settle({ state: 'sent', facts: { msgId: result.msgId } });
    // The first call may have been the one that sent it: only WeChat's yes would tell.
    case 'refused':
    case 'unknown':
      if (result.error.kind !== 'permanent') throw result.error;
      return await asker.settle({ state: 'unknown', facts: toFacts(result.error) });
    default:
      return result satisfies never;
  }
}

async function sendNow(one: Sending): Promise<Ending | undefined> {
  const sendingId = await beginSending(one.deps.store.messages, one.asker.key);
  return await settleResult(one, sendingId, await send(one, one.draft));
}

/** An answer that nobody foresaw says as little as none. */
async function send({ deps, asker }: Attempt, draft: Draft): Promise<SendResult> {
  try {
    return await sendDraft(deps.client, asker.key, draft);
  } catch (error) {
    return { kind: 'unknown', error: toAppError(error) };
  }
}

async function settleResult(
  one: Sending,
  sendingId: string,
  result: SendResult,
): Promise<Ending | undefined> {
  const { asker, draft, deps } = one;
  switch (result.kind) {
    case 'sent': {
      const settled = await asker.settle({ state: 'sent', facts: { msgId: result.msgId } });
      if (draft.content.channel === 'subscribe') await deps.store.consents.use(draft.recipient, asker.key);
      return settled;
    }
    case 'unknown':
      if (draft.content.channel === 'template' && result.error.kind !== 'permanent') throw result.error;
      return await asker.settle({ state: 'unknown', facts: toFacts(result.error) });
    case 'refused':
      return await settleRefusal(one, sendingId, toFinalIfWorthless(result.error, one.attempt));
    default:
      return result satisfies never;
  }
}

/**
 * It certainly did not leave. A user who did not agree (43101) is nobody's fault: the message waits for a consent, and
 * what was counted as one was worth nothing; who does not follow a service account (43004) is not waited for. With any
 * other refusal that is not about the message the row is queued again, whatever becomes of the job: the queue tries
 * again, or makes a dead letter that can be replayed once its cause is mended.
 */
async function settleRefusal(one: Sending, sendingId: string, error: AppError): Promise<Ending | undefined> {
  const { deps, asker, consent, draft } = one;
  const facts = toFacts(error);
  if (error.code === 'MESSAGE_NOT_SUBSCRIBED') {
    if (draft.content.channel === 'template') return await asker.settle({ state: 'refused', facts });
    if (consent.state === 'granted') await deps.store.consents.void(consent.grants);
    return await wait(one, { facts, sendingId });
  }
  if (isRefusedForGood(error)) {
    const ended = await asker.refuse(facts, sendingId);
    if (ended !== undefined) return ended;
  } else await deps.store.messages.requeue(asker.key, facts, sendingId);
  throw error;
}

/** What is about this message, and not about our credentials or WeChat's state. */
function isRefusedForGood({ code, kind }: AppError): boolean {
  return kind === 'permanent' && (code === 'MESSAGE_REFUSED' || code === 'WECHAT_REFUSED');
}

/** A consent that came meanwhile is used at once. */
async function wait(
  one: Sending,
  why: { readonly facts?: MessageFacts; readonly sendingId?: string },
): Promise<Ending | undefined> {
  const { deps, asker, draft } = one;
  const outcome = await waitForConsent(deps.store.consents, asker, draft.recipient, why);
  switch (outcome) {
    case 'consented':
      return await sendInTurn(one, draft);
    case 'overtaken':
      throw new AppError('MESSAGE_RECIPIENT_BUSY');
    case 'waiting':
      return { state: 'waiting', facts: why.facts ?? {} };
    default:
      return outcome satisfies never;
  }
}

/** An error code that nobody has seen is worth a few attempts, which the client counts out in its details. */
function toFinalIfWorthless(error: AppError, attempt: number): AppError {
  const { attemptsAtMost } = error.details;
  if (typeof attemptsAtMost !== 'number' || attempt < attemptsAtMost) return error;
  return new AppError(error.code, {
    kind: 'permanent',
    message: error.message,
    details: error.details,
    cause: error,
  });
}

/** A row that ended before: whoever asked is told, if they still wait, and a consent that was used counts as used. */
async function tellEnded(
  { store }: SendOnceDeps,
  asker: Asker,
  row: Message,
  ended: Settlement,
): Promise<Settlement | undefined> {
  const { appId, openId, templateId, key, channel } = row;
  if (ended.state === 'sent' && openId !== undefined && channel !== 'template') {
    await store.consents.use({ appId, openId, templateId }, key);
  }
  return await asker.hear(row, ended);
}
