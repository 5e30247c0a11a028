import { type Clock, type JobData, jobCatalogue, type MerchantDirectory } from '@huidiao/contracts';
import { AppError, decideRetry, type ErrorCode, errorCatalogue, toAppError } from '@huidiao/errors';
import type { JobAttempt, JobOutcome } from '@huidiao/queue';
import type { Counter } from '@huidiao/runtime';
import type { Order, MessageFacts as RowFacts, Store } from '@huidiao/store';
import type { MiniProgramClient, SendResult } from '@huidiao/wechat';
import {
  type Settlement,
  settleEffect,
  settleMessage,
  settleRow,
  toSettlement,
} from '../message/settle-message.ts';
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
 * | sent, refused, unknown, expired | the order is told, nothing is sent |
 *
 * @throws AppError MESSAGE_RECIPIENT_BUSY, QUEUE_UNAVAILABLE, STORE_UNAVAILABLE (come back); MESSAGE_TEMPLATE_UNKNOWN
 * and what WeChat refused for good, but for 43101 (a dead letter, so that somebody sees it); what WeChat refused
 * for now (the row is queued again).
 */
export function createSendSubscribeMessage(deps: SendSubscribeMessageDeps) {
  return async (job: JobData<'send-subscribe-message'>, attempt: JobAttempt): Promise<JobOutcome> => {
    const { mchId, outTradeNo, effectId } = job;
    const order = await deps.store.orders.find(mchId, outTradeNo);
    if (order === undefined) throw new AppError('ORDER_NOT_FOUND', { details: { mchId, outTradeNo } });
    if (!order.effects.some((effect) => effect.id === effectId))
      return { outcome: 'already_settled', outTradeNo };

    const { state: outcome, facts } = await sendOnce({ deps, job, attempt }, order);
    deps.outcomes.inc({ outcome });
    return { ...toLogged(facts), outcome, outTradeNo };
  };
}

async function sendOnce(one: Attempt, order: Order): Promise<Settlement> {
  const known = await one.deps.store.messages.find(one.job.effectId);
  const ended = known && toSettlement(known);
  if (ended !== undefined) return await tellOrder(one, ended);

  const draft = toDraft(one.deps.directory, order);
  const recipient = { appId: order.appId, openId: draft.openId };
  return await one.deps.turns.inTurn(recipient, () => sendInTurn(one, order, draft));
}

/** Nobody else sends to this buyer now, so the row is as the last one left it. */
async function sendInTurn(one: Attempt, order: Order, draft: Draft): Promise<Settlement> {
  const { deps, job } = one;
  const { messages } = deps.store;
  const row = await messages.open(toNewMessage(job.effectId, order, draft));
  const ended = toSettlement(row);
  if (ended !== undefined) return await tellOrder(one, ended);
  if (row.state === 'sending') return await settleMessage(deps.store, job, { state: 'unknown', facts: {} });
  if (row.usefulUntil.getTime() <= deps.clock.now().getTime()) {
    return await settleMessage(deps.store, job, { state: 'expired', facts: {} });
  }
  // False only for one whose turn ran out while it was held up: another one has gone on.
  if (!(await messages.beginSending(job.effectId))) throw new AppError('MESSAGE_RECIPIENT_BUSY');
  return await settleResult(one, await send(deps, draft));
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

async function settleResult(one: Attempt, result: SendResult): Promise<Settlement> {
  const { store } = one.deps;
  switch (result.kind) {
    case 'sent':
      return await settleMessage(store, one.job, { state: 'sent', facts: { msgId: result.msgId } });
    case 'unknown':
      return await settleMessage(store, one.job, { state: 'unknown', facts: toFacts(result.error) });
    case 'refused':
      return await settleRefusal(one, toFinalIfWorthless(result.error, one.attempt));
    default:
      return result satisfies never;
  }
}

/** The row is queued again if the queue will try again, and by the queue's own rule. */
async function settleRefusal({ deps, job, attempt }: Attempt, error: AppError): Promise<Settlement> {
  const policy = jobCatalogue['send-subscribe-message'].retry;
  const { action } = decideRetry({ ...attempt, error }, policy, deps.clock.now(), () => 0);
  if (action !== 'dead-letter') {
    await deps.store.messages.requeue(job.effectId, toFacts(error));
    throw error;
  }
  const refused: Settlement = { state: 'refused', facts: toFacts(error) };
  if (isOrdinary(refused)) return await settleMessage(deps.store, job, refused);
  await settleRow(deps.store, job.effectId, refused);
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

/**
 * A row that ended before: the order is told. A refusal that somebody has to see has its dead letter written
 * first, and that tells the order: so it is raised again until then.
 */
async function tellOrder({ deps, job }: Attempt, ended: Settlement): Promise<Settlement> {
  if (ended.state === 'refused' && !isOrdinary(ended)) throw toRefusal(ended.facts);
  await settleEffect(deps.store, job, ended);
  return ended;
}

/** A buyer who did not agree is nobody's fault; a template that WeChat does not take is. */
function isOrdinary({ facts }: Settlement): boolean {
  return facts.errorCode === 'MESSAGE_NOT_SUBSCRIBED';
}

function toRefusal({ errorCode, remoteCode }: RowFacts): AppError {
  const code: ErrorCode = isErrorCode(errorCode) ? errorCode : 'MESSAGE_REFUSED';
  return new AppError(code, {
    kind: 'permanent',
    details: typeof remoteCode === 'number' ? { remoteCode } : {},
  });
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCatalogue, code);
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
