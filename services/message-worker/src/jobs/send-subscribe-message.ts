import type { Clock, JobData, MerchantDirectory } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import type { JobAttempt, JobOutcome } from '@huidiao/queue';
import type { Counter } from '@huidiao/runtime';
import type {
  ConsentState,
  Effect,
  Message,
  Order,
  Recipient,
  MessageFacts as RowFacts,
  Store,
} from '@huidiao/store';
import type { MiniProgramClient, SendResult } from '@huidiao/wechat';
import { beginSending } from '../message/begin-sending.ts';
import { type Settlement, settleEffect, settleMessage, toSettlement } from '../message/settle-message.ts';
import { type Draft, toDraft, toNewMessage } from '../message/to-draft.ts';
import { toFacts, toLogged } from '../message/to-facts.ts';
import { toReportEffects } from '../message/to-report-effects.ts';
import { toTemplateData, toTemplatePage } from '../message/to-template-data.ts';
import { mustWait, type WaitingMessage, waitForConsent } from '../message/wait-for-consent.ts';
import type { RecipientTurns } from '../recipient-turn.ts';

export interface SendSubscribeMessageDeps {
  readonly store: Pick<Store, 'orders' | 'messages' | 'consents'>;
  readonly client: Pick<MiniProgramClient, 'sendSubscribeMessage'>;
  readonly turns: RecipientTurns;
  readonly directory: MerchantDirectory;
  readonly clock: Clock;
  /** Counts messages that ended, by outcome. */
  readonly outcomes: Counter;
}

/** One attempt at one message. */
interface Attempt {
  readonly deps: SendSubscribeMessageDeps;
  readonly job: JobData<'send-subscribe-message'>;
  readonly attempt: JobAttempt;
}

/** An attempt that may send. */
interface Sending extends Attempt {
  readonly order: Order;
  readonly draft: Draft;
  readonly recipient: Recipient;
  /** As it was before WeChat was asked. */
  readonly consent: ConsentState;
}

/** How an attempt left a message; `waiting` has not ended. */
type Ending = Settlement | { readonly state: 'waiting'; readonly facts: RowFacts };

/**
 * Tells a buyer by subscription message that their order is paid, at most once. WeChat's send has no idempotency
 * key, so the row says `sending` before the call; whoever finds a row in `sending` knows that an earlier attempt
 * never learned the answer, and leaves it at `unknown`.
 *
 * | the row says | the user | then |
 * |---|---|---|
 * | nothing, or queued | agreed, or nobody knows | send, unless its latest useful time is past: expired |
 * | nothing, or queued | refused, or WeChat said so before | wait for a consent until the latest useful time |
 * | sending | | unknown: never sent again |
 * | sent, delivered, refused, unknown, expired | | the order is told if it still waits, nothing is sent |
 *
 * The row decides, not the order's effect, which a dead letter settles: a dead letter of a message that certainly
 * did not leave keeps its row queued, so that its replay sends it.
 *
 * @throws AppError MESSAGE_RECIPIENT_BUSY, QUEUE_UNAVAILABLE, STORE_UNAVAILABLE, MERCHANT_NOT_CONFIGURED (come
 * back); MESSAGE_TEMPLATE_UNKNOWN and what WeChat refused, for good or for now, but for 43101.
 */
export function createSendSubscribeMessage(deps: SendSubscribeMessageDeps) {
  return async (job: JobData<'send-subscribe-message'>, attempt: JobAttempt): Promise<JobOutcome> => {
    const { mchId, outTradeNo } = job;
    const order = await deps.store.orders.find(mchId, outTradeNo);
    if (order === undefined) throw new AppError('ORDER_NOT_FOUND', { details: { mchId, outTradeNo } });

    const ending = await sendOnce({ deps, job, attempt }, order);
    if (ending === undefined) return { outcome: 'already_settled', outTradeNo };
    const { state: outcome, facts } = ending;
    if (outcome !== 'waiting') deps.outcomes.inc({ outcome });
    return { ...toLogged(facts), outcome, outTradeNo };
  };
}

/** `undefined`: it ended before, and the order knows. */
async function sendOnce(one: Attempt, order: Order): Promise<Ending | undefined> {
  const known = await one.deps.store.messages.find(one.job.effectId);
  const ended = known && toSettlement(known);
  if (known !== undefined && ended !== undefined) return await tellOrder(one, known, ended);

  const draft = toDraft(one.deps.directory, order);
  const { openId, template } = draft;
  const recipient = { appId: order.appId, openId, templateId: template.templateId };
  return await one.deps.turns.inTurn(recipient, () => sendInTurn(one, order, draft));
}

/** Nobody else sends to this buyer now, so the row is as the last one left it. */
async function sendInTurn(one: Attempt, order: Order, draft: Draft): Promise<Ending | undefined> {
  const { deps, job } = one;
  const { messages, consents } = deps.store;
  const row = await messages.open(toNewMessage(job.effectId, order, draft));
  const ended = toSettlement(row);
  if (ended !== undefined) return await tellOrder(one, row, ended);
  if (row.state === 'sending') return await settle(one, { state: 'unknown', facts: {} });
  if (row.usefulUntil.getTime() <= deps.clock.now().getTime()) {
    return await settle(one, { state: 'expired', facts: row.facts });
  }
  const { appId, templateId } = row;
  const recipient = { appId, openId: draft.openId, templateId };
  const consent = await consents.state(recipient);
  const sending = { ...one, order, draft, recipient, consent };
  if (mustWait(consent, row))
    return await wait(sending, row.facts.errorCode === undefined ? {} : { facts: row.facts });
  return await sendNow(sending);
}

async function sendNow(one: Sending): Promise<Ending | undefined> {
  const { deps, job, draft } = one;
  const { messages } = deps.store;
  const sendingId = await beginSending(messages, job.effectId);
  return await settleResult(one, sendingId, await send(deps, draft));
}

/** A consent that came meanwhile is used at once. */
async function wait(
  one: Sending,
  why: Pick<WaitingMessage, 'facts' | 'sendingId'>,
): Promise<Ending | undefined> {
  const { deps, job, attempt, recipient } = one;
  const outcome = await waitForConsent(deps.store, { job, attempt, recipient, ...why });
  switch (outcome) {
    case 'consented':
      return await sendInTurn(one, one.order, one.draft);
    case 'overtaken':
      throw new AppError('MESSAGE_RECIPIENT_BUSY');
    case 'waiting':
      return { state: 'waiting', facts: why.facts ?? {} };
    default:
      return outcome satisfies never;
  }
}

/** An answer that nobody foresaw says as little as none. */
async function send({ client }: SendSubscribeMessageDeps, draft: Draft): Promise<SendResult> {
  const { app, template, openId, facts } = draft;
  const page = toTemplatePage(template, facts);
  const data = toTemplateData(template, facts);
  try {
    return await client.sendSubscribeMessage(app, { openId, templateId: template.templateId, page, data });
  } catch (error) {
    return { kind: 'unknown', error: toAppError(error) };
  }
}

async function settleResult(
  one: Sending,
  sendingId: string,
  result: SendResult,
): Promise<Ending | undefined> {
  const { consents } = one.deps.store;
  switch (result.kind) {
    case 'sent': {
      const settled = await settle(one, { state: 'sent', facts: { msgId: result.msgId } });
      await consents.use(one.recipient, one.job.effectId);
      return settled;
    }
    case 'unknown':
      return await settle(one, { state: 'unknown', facts: toFacts(result.error) });
    case 'refused':
      return await settleRefusal(one, sendingId, toFinalIfWorthless(result.error, one.attempt));
    default:
      return result satisfies never;
  }
}

/**
 * It certainly did not leave. A buyer who did not agree (43101) is nobody's fault: the message waits for a consent, and
 * what was counted as one was worth nothing. With any other refusal the row is queued again, whatever becomes of the
 * job: the queue tries again, or makes a dead letter that can be replayed once its cause is mended.
 */
async function settleRefusal(one: Sending, sendingId: string, error: AppError): Promise<Ending | undefined> {
  const { deps, job, consent } = one;
  const facts = toFacts(error);
  if (error.code === 'MESSAGE_NOT_SUBSCRIBED') {
    if (consent.state === 'granted') await deps.store.consents.void(consent.grants);
    return await wait(one, { facts, sendingId });
  }
  await deps.store.messages.requeue(job.effectId, facts, sendingId);
  if (isRefusedForGood(error)) await reportRefusal(one, facts);
  throw error;
}

/** What is about this message, and not about our credentials or WeChat's state. */
function isRefusedForGood({ code, kind }: AppError): boolean {
  return kind === 'permanent' && (code === 'MESSAGE_REFUSED' || code === 'WECHAT_REFUSED');
}

/** The shop hears of it now: the dead letter that comes of it is for the one who runs this. */
async function reportRefusal(one: Sending, facts: RowFacts): Promise<void> {
  const { deps, job, attempt } = one;
  const following = toReportEffects(deps, { ...job, lane: attempt.lane });
  if (following.length === 0) return;
  const { mchId, outTradeNo, effectId } = job;
  const entry = { ...facts, event: 'message.refused' };
  await deps.store.orders.noteEvent(mchId, outTradeNo, `${effectId}_refused`, entry, following);
}

/** An error code that nobody has seen is worth a few attempts, which the client counts out in its details. */
function toFinalIfWorthless(error: AppError, { attempt }: JobAttempt): AppError {
  const { attemptsAtMost } = error.details;
  if (typeof attemptsAtMost !== 'number' || attempt < attemptsAtMost) return error;
  return new AppError(error.code, {
    kind: 'permanent',
    message: error.message,
    details: error.details,
    cause: error,
  });
}

/** Ends the message; a shop that wants to hear of those that will not arrive is told. */
async function settle(one: Attempt, settlement: Settlement): Promise<Settlement> {
  return await settleMessage(one.deps.store, one.job, settlement, (ended) => toFollowing(one, ended));
}

function toFollowing({ deps, job, attempt }: Attempt, { state }: Settlement): readonly Effect[] {
  if (state === 'sent' || state === 'delivered') return [];
  return toReportEffects(deps, { ...job, lane: attempt.lane });
}

/** A row that ended before: the order is told, if it still waits, and a consent that was used counts as used. */
async function tellOrder(one: Attempt, row: Message, ended: Settlement): Promise<Settlement | undefined> {
  const { store } = one.deps;
  const { appId, openId, templateId, key } = row;
  if (ended.state === 'sent' && openId !== undefined) {
    await store.consents.use({ appId, openId, templateId }, key);
  }
  const isTold = await settleEffect(store, one.job, ended, toFollowing(one, ended));
  return isTold ? ended : undefined;
}
