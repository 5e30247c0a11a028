import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallbackLimits, CallbackReceiver, Clock, Lane } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import type { Logger } from '@huidiao/runtime';
import type { GenuineCallback } from '@huidiao/wechat';
import type { BodyBudget } from '../body/body-budget.ts';
import { type BodyLimits, passBody, readBody } from '../body/read-body.ts';
import type { CallbackMetrics } from '../callback-metrics.ts';
import type { DurableStores } from '../durable/durable-stores.ts';
import type { CallbackLanes } from '../lanes/callback-lanes.ts';
import { type Answer, writeAnswer } from './answer.ts';
import { type CallbackKind, toCallbackAddress } from './callback-address.ts';
import type { CallbackOutcome } from './callback-outcome.ts';
import { keepDurable } from './keep-durable.ts';
import { reportCallback } from './report-callback.ts';
import { type ForwardingTargets, type ReceivedCallback, toJobs } from './to-jobs.ts';

/** Whoever a callback is for: the merchant or app of the path. */
export interface CallbackOwner extends ForwardingTargets {
  readonly receiver: CallbackReceiver;
  readonly limits: CallbackLimits;
}

/** What is known of a request before its body. */
export interface CallbackHead {
  /** The mchid or appid of the path. */
  readonly id: string;
  readonly rawQuery: string;
  readonly headers: NodeJS.Dict<string[]>;
  readonly now: Date;
}

/** A request whose body was read, before anything about it is proven. */
export interface UnprovenCallback extends CallbackHead {
  readonly body: Buffer;
}

/** Refused, and why. */
export interface NotAuthentic {
  readonly kind: 'not-authentic';
  readonly reason: string;
}

/** What verifying and opening it gave. */
export type ReceivedOutcome =
  | NotAuthentic
  | {
      readonly kind: 'not-openable';
      readonly reason: string;
      readonly notificationId: string;
      readonly eventType: string;
    }
  | GenuineReceived;

export interface GenuineReceived {
  readonly kind: 'genuine';
  readonly callback: GenuineCallback;
  readonly owner: CallbackOwner;
  /** Names of the headers that are passed through. */
  readonly headersToPass: readonly string[];
  /** What the log line says besides. */
  readonly facts?: Readonly<Record<string, string | boolean>>;
  /**
   * Finds the answer that this callback demands, where a plain acknowledgement is not enough; begun while it is being
   * made durable. A rejection ends in a failure that WeChat asks again after.
   */
  readonly answer?: () => Promise<Answer>;
}

/** One kind of callbacks: how it is proven and how it is answered. */
export interface CallbackRoute {
  readonly kind: CallbackKind;
  /**
   * Refuses what `receive` would refuse with every body, for the same reason; undefined where the body decides. Calls
   * nobody, and throws on no input.
   */
  refuseHead(head: CallbackHead): NotAuthentic | undefined;
  /** Verifies and opens. Calls nobody, and throws on no input. */
  receive(callback: UnprovenCallback): ReceivedOutcome;
  toAnswer(outcome: CallbackOutcome): Answer;
}

export interface CallbackHandlerDeps {
  readonly stores: Pick<DurableStores, 'add'>;
  readonly lanes: CallbackLanes;
  readonly bodyLimits: BodyLimits;
  readonly bodyBudget: BodyBudget;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: CallbackMetrics;
}

/** What is known of a callback by the end of it: the fields of its log line. */
export interface Journey {
  readonly requestId: string;
  readonly kind: CallbackKind;
  /** Of the path. */
  readonly id: string;
  readonly receivedAt: Date;
  bytes: number;
  outcome: CallbackOutcome;
  received?: ReceivedOutcome;
  jobIds?: readonly string[];
  lane?: Lane;
}

/** A plain node:http handler: it can stand before any framework, and be mounted in any Express app. */
export type CallbackHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * The way of every callback: read, verify, open, make durable, answer. Of one that its head shows not to be authentic no
 * body is kept, so that strangers take none of the memory for bodies. It needs the bytes that WeChat sent, so in an
 * Express app it goes before every body parser. It never rejects and always answers.
 */
export function createCallbackHandler(deps: CallbackHandlerDeps, route: CallbackRoute): CallbackHandler {
  return async (request, response) => {
    const startedAt = performance.now();
    const { id = '', rawQuery = '' } = toCallbackAddress(request) ?? {};
    const journey: Journey = {
      requestId: randomUUID(),
      kind: route.kind,
      id,
      receivedAt: deps.clock.now(),
      bytes: 0,
      outcome: { kind: 'aborted' },
    };
    const head = { id, rawQuery, headers: request.headersDistinct, now: journey.receivedAt };
    const refused = judgeHead(route, head);
    const { isBodyRead, demanded } = await (refused === undefined
      ? receiveWhole(deps, route, request, head, journey)
      : refuseWhole(deps, request, refused, journey));
    const answer = demanded ?? route.toAnswer(journey.outcome);
    writeAnswer(response, answer, isBodyRead);
    reportCallback(deps, journey, answer.status, performance.now() - startedAt);
  };
}

function judgeHead(route: CallbackRoute, head: CallbackHead): NotAuthentic | undefined {
  try {
    return route.refuseHead(head);
  } catch {
    return undefined; // whatever fails here fails again with the body, and is told there
  }
}

/** What was done with a request. */
interface Handled {
  /** To its end. */
  readonly isBodyRead: boolean;
  /** The answer that the callback demands; undefined where its outcome alone decides. */
  readonly demanded?: Answer | undefined;
}

async function refuseWhole(
  { bodyLimits, bodyBudget }: CallbackHandlerDeps,
  request: IncomingMessage,
  refused: NotAuthentic,
  journey: Journey,
): Promise<Handled> {
  const passed = await passBody(request, bodyLimits, bodyBudget);
  if (passed.kind !== 'passed') {
    journey.outcome = passed;
    return { isBodyRead: false };
  }
  journey.bytes = passed.bytes;
  journey.received = refused;
  journey.outcome = refused;
  return { isBodyRead: true };
}

async function receiveWhole(
  deps: CallbackHandlerDeps,
  route: CallbackRoute,
  request: IncomingMessage,
  head: CallbackHead,
  journey: Journey,
): Promise<Handled> {
  const read = await readBody(request, deps.bodyLimits, deps.bodyBudget);
  if (read.kind !== 'read') {
    journey.outcome = read;
    return { isBodyRead: false };
  }
  const { body } = read;
  journey.bytes = body.length;
  const unproven = { ...head, body, now: deps.clock.now() };
  const demanded = await takeIn(deps, route, unproven, journey).finally(read.release);
  return { isBodyRead: true, demanded };
}

/** @returns the answer that the callback demands; undefined where its outcome alone decides */
async function takeIn(
  deps: CallbackHandlerDeps,
  route: CallbackRoute,
  unproven: UnprovenCallback,
  journey: Journey,
): Promise<Answer | undefined> {
  try {
    const received = route.receive(unproven);
    journey.received = received;
    if (received.kind !== 'genuine') {
      journey.outcome = { kind: received.kind, reason: received.reason };
      return undefined;
    }
    const answer = received.answer?.();
    // Awaited below; a rejection meanwhile must not pass for one that nobody sees to.
    answer?.catch(() => undefined);
    await makeDurable(deps, received, unproven, journey);
    if (answer === undefined || journey.outcome.kind !== 'durable') return undefined;
    return await answer.catch((error) => {
      journey.outcome = { kind: 'unanswered', error: toAppError(error) };
      return undefined;
    });
  } catch (error) {
    journey.outcome = { kind: 'failed', error: toAppError(error) };
    return undefined;
  }
}

async function makeDurable(
  deps: CallbackHandlerDeps,
  received: GenuineReceived,
  unproven: UnprovenCallback,
  journey: Journey,
): Promise<void> {
  const { callback: genuine, owner } = received;
  const lane = deps.lanes.choose(owner);
  journey.lane = lane;
  if (lane === 'bulk') deps.metrics.beyondRate(journey.id);
  const callback = toReceivedCallback(received, unproven, journey);
  const jobs = toJobs(genuine, callback, owner);
  const { outcome, jobIds } = await keepDurable(deps.stores, jobs, lane, { genuine, callback });
  journey.outcome = outcome;
  journey.jobIds = jobIds;
}

/** What is passed through beside the body is not always signed, and must not make a job too large for its schema. */
const longestHeader = 4_096;
const longestQuery = 2_048;

function toReceivedCallback(
  { owner, headersToPass }: GenuineReceived,
  { body, rawQuery, headers }: UnprovenCallback,
  { requestId, receivedAt }: Journey,
): ReceivedCallback {
  const passed = headersToPass.flatMap((name) => {
    const value = headers[name]?.[0];
    return value === undefined || value.length > longestHeader ? [] : [[name, value] as const];
  });
  return {
    receiver: owner.receiver,
    requestId,
    receivedAt,
    body,
    rawQuery: rawQuery.length > longestQuery ? '' : rawQuery,
    headers: Object.fromEntries(passed),
  };
}
