import { randomUUID } from 'node:crypto';
import type { Clock, JobData, MerchantDirectory } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import type { JobAttempt, JobOutcome } from '@huidiao/queue';
import type { Counter } from '@huidiao/runtime';
import type { Order, MessageFacts as RowFacts, Store } from '@huidiao/store';
import type { MiniProgramClient, SendResult } from '@huidiao/wechat';
import { type Settlement, settleEffect, settleMessage, toSettlement } from '../message/settle-message.ts';
import { type Draft, toDraft, toNewMessage } from '../message/to-draft.ts';
import { toTemplateData, toTemplatePage } from '../message/to-template-data.ts';
import type { RecipientTurns } from '../recipient-turn.ts';

export interface SendSubscribeMessageDeps {
  readonly store: Pick<Store, 'orders' | 'messages'>;
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

/**
 * Tells a buyer by subscription message that their order is paid, at most once. WeChat's send has no idempotency
 * key, so the row says `sending` before the call; whoever finds a row in `sending` knows that an earlier attempt
 * never learned the answer, and leaves it at `unknown`.
 *
 * | the row says | then |
 * |---|---|
 * | nothing, or queued | send, unless its latest useful time is past: expired |
 * | sending | unknown: never sent again |
 * | sent, refused, unknown, expired | the order is told if it still waits, nothing is sent |
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

    const settled = await sendOnce({ deps, job, attempt }, order);
    if (settled === undefined) return { outcome: 'already_settled', outTradeNo };
    const { state: outcome, facts } = settled;
    deps.outcomes.inc({ outcome });
    return { ...toLogged(facts), outcome, outTradeNo };
  };
}

/** `undefined`: it ended before, and the order knows. */
async function sendOnce(one: Attempt, order: Order): Promise<Settlement | undefined> {
  const known = await one.deps.store.messages.find(one.job.effectId);
  const ended = known && toSettlement(known);
  if (ended !== undefined) return await tellOrder(one, ended);

  const draft = toDraft(one.deps.directory, order);
  const recipient = { appId: order.appId, openId: draft.openId };
  return await one.deps.turns.inTurn(recipient, () => sendInTurn(one, order, draft));
}

/** Nobody else sends to this buyer now, so the row is as the last one left it. */
async function sendInTurn(one: Attempt, order: Order, draft: Draft): Promise<Settlement | undefined> {
  const { deps, job } = one;
  const { messages } = deps.store;
  const row = await messages.open(toNewMessage(job.effectId, order, draft));
  const ended = toSettlement(row);
  if (ended !== undefined) return await tellOrder(one, ended);
  if (row.state === 'sending') return await settleMessage(deps.store, job, { state: 'unknown', facts: {} });
  if (row.usefulUntil.getTime() <= deps.clock.now().getTime()) {
    return await settleMessage(deps.store, job, { state: 'expired', facts: {} });
  }
  const sendingId = await beginSending(messages, job.effectId);
  return await settleResult(one, sendingId, await send(deps, draft));
}

/**
 * Stores that it is being sent. Where that cannot be seen to have worked it is taken back, if it did: nothing has
 * left yet. What then still says `sending` ends as unknown.
 *
 * @throws AppError STORE_UNAVAILABLE; MESSAGE_RECIPIENT_BUSY for one whose turn ran out while it was held up, so
 * that another one has gone on
 */
async function beginSending(messages: Store['messages'], key: string): Promise<string> {
  const sendingId = randomUUID();
  try {
    if (await messages.beginSending(key, sendingId)) return sendingId;
    throw new AppError('MESSAGE_RECIPIENT_BUSY');
  } catch (error) {
    await messages.requeue(key, {}, sendingId).catch(() => undefined);
    throw error;
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

async function settleResult(one: Attempt, sendingId: string, result: SendResult): Promise<Settlement> {
  const { store } = one.deps;
  switch (result.kind) {
    case 'sent':
      return await settleMessage(store, one.job, { state: 'sent', facts: { msgId: result.msgId } });
    case 'unknown':
      return await settleMessage(store, one.job, { state: 'unknown', facts: toFacts(result.error) });
    case 'refused':
      return await settleRefusal(one, sendingId, toFinalIfWorthless(result.error, one.attempt));
    default:
      return result satisfies never;
  }
}

/**
 * It certainly did not leave. A buyer who did not agree (43101) is nobody's fault, and the end of it. With any other
 * refusal the row is queued again, whatever becomes of the job: the queue tries again, or makes a dead letter that
 * can be replayed once its cause is mended.
 */
async function settleRefusal(
  { deps, job }: Attempt,
  sendingId: string,
  error: AppError,
): Promise<Settlement> {
  const facts = toFacts(error);
  if (error.code === 'MESSAGE_NOT_SUBSCRIBED') {
    return await settleMessage(deps.store, job, { state: 'refused', facts });
  }
  await deps.store.messages.requeue(job.effectId, facts, sendingId);
  throw error;
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

/** A row that ended before: the order is told, if it still waits. */
async function tellOrder({ deps, job }: Attempt, ended: Settlement): Promise<Settlement | undefined> {
  return (await settleEffect(deps.store, job, ended)) ? ended : undefined;
}

/** What the row and the order keep of a failure; `rid` is what WeChat's support asks for. */
function toFacts({ code, details }: AppError): RowFacts {
  const { remoteCode, rid } = details;
  return { errorCode: code, remoteCode: remoteCode ?? undefined, rid: rid ?? undefined };
}

function toLogged({ errorCode, remoteCode }: RowFacts): Record<string, string | undefined> {
  return {
    messageErrorCode: errorCode?.toString(),
    remoteCode: remoteCode?.toString(),
  };
}
