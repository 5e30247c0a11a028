import { isUtf8 } from 'node:buffer';
import {
  type CallbackReceiver,
  isCheckOrder,
  isWantedEvent,
  type JobData,
  type PassThrough,
  type Shop,
  toApplyPaymentJobId,
  toApplyRefundJobId,
  toCallbackJobId,
} from '@huidiao/contracts';
import type { NewJob } from '@huidiao/queue';
import type { GenuineCallback, ToldFact } from '@huidiao/wechat';

/** A callback as it came in, beside what it says. */
export interface ReceivedCallback {
  readonly receiver: CallbackReceiver;
  readonly requestId: string;
  readonly receivedAt: Date;
  readonly body: Buffer;
  readonly rawQuery: string;
  /** Those that WeChat signs with or says the format by. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Who is told of callbacks besides ourselves. */
export interface ForwardingTargets {
  readonly shop: Shop | undefined;
  readonly passThrough: readonly PassThrough[];
}

export type CallbackJobName =
  | 'apply-payment'
  | 'apply-refund'
  | 'apply-event'
  | 'keep-callback'
  | 'forward-event'
  | 'pass-through';
export type CallbackJob = { [N in CallbackJobName]: NewJob<N> }[CallbackJobName];

/**
 * Every job that a genuine callback asks for: one per fact that it tells, one for a shop that wants to hear of it, and
 * one for each address that it is passed through to. Their ids are the same for every re-send.
 */
export function toJobs(
  genuine: GenuineCallback,
  callback: ReceivedCallback,
  targets: ForwardingTargets,
): readonly CallbackJob[] {
  const forwards = genuine.facts.every(isOfCheck)
    ? []
    : [...toForwardJobs(genuine, callback, targets.shop), ...toPassThroughJobs(genuine, callback, targets)];
  const facts = genuine.facts.map((fact) => toFactJob(genuine, fact, callback, targets));
  return [...facts, ...forwards];
}

/** Nobody is told of the order that verify-callback buys and gives back. */
function isOfCheck({ event }: ToldFact): boolean {
  return 'outTradeNo' in event && event.outTradeNo !== undefined && isCheckOrder(event.outTradeNo);
}

function toFactJob(
  genuine: GenuineCallback,
  fact: ToldFact,
  callback: ReceivedCallback,
  targets: ForwardingTargets,
): CallbackJob {
  const { event } = fact;
  const origin = { ...toOrigin(genuine, callback), callbackKey: fact.callbackKey };
  switch (event.type) {
    case 'payment.succeeded':
      return { name: 'apply-payment', id: toApplyPaymentJobId(event), data: { ...origin, payment: event } };
    case 'refund.succeeded':
    case 'refund.abnormal':
    case 'refund.closed':
      return { name: 'apply-refund', id: toApplyRefundJobId(event), data: { ...origin, refund: event } };
    case 'callback.unhandled':
      return toKeepCallbackJob(genuine, callback, {
        ...event,
        ...fact,
        isForwarded: isWanted(event.type, targets),
      });
    default: {
      const id = toCallbackJobId('apply-event', fact.callbackKey);
      return { name: 'apply-event', id, data: { ...origin, event } };
    }
  }
}

/**
 * Whether somebody wants to hear of this very type. That the callback is forwarded for another fact of it is not enough:
 * whoever takes payments alone does not see to an order of a combined payment that nobody understood.
 */
function isWanted(type: string, { shop, passThrough }: ForwardingTargets): boolean {
  const targets = shop === undefined ? passThrough : [shop, ...passThrough];
  return targets.some(({ events }) => isWantedEvent(events, type));
}

/** The job that keeps a callback whole, for whatever reason nothing else can be done with it. */
export function toKeepCallbackJob(
  genuine: GenuineCallback,
  callback: ReceivedCallback,
  why: {
    readonly reason: JobData<'keep-callback'>['reason'];
    readonly problem: string;
    readonly callbackKey: string;
    readonly isForwarded: boolean;
  },
): NewJob<'keep-callback'> {
  return {
    name: 'keep-callback',
    id: toCallbackJobId('keep-callback', why.callbackKey),
    data: {
      ...toOrigin(genuine, callback),
      ...callback.receiver,
      callbackKey: why.callbackKey,
      reason: why.reason,
      problem: why.problem.slice(0, 2_000),
      isForwarded: why.isForwarded,
      ...toBody(callback.body),
    },
  };
}

/** The shop hears of payments by order.paid, once they are applied; of everything else as WeChat said it. */
function toForwardJobs(
  genuine: GenuineCallback,
  callback: ReceivedCallback,
  shop: Shop | undefined,
): NewJob<'forward-event'>[] {
  if (shop === undefined) return [];
  const wanted = genuine.facts.find(
    ({ event }) => event.type !== 'payment.succeeded' && isWantedEvent(shop.events, event.type),
  );
  if (wanted === undefined) return [];
  const id = toCallbackJobId('forward-event', genuine.callbackKey);
  const { type } = wanted.event;
  const content = genuine.content ?? JSON.stringify(toBody(callback.body));
  const data = { ...toOrigin(genuine, callback), receiver: callback.receiver, type, content };
  return [{ name: 'forward-event', id, data }];
}

function toPassThroughJobs(
  genuine: GenuineCallback,
  callback: ReceivedCallback,
  { passThrough }: ForwardingTargets,
): NewJob<'pass-through'>[] {
  return passThrough
    .filter(({ events }) => genuine.facts.some(({ event }) => isWantedEvent(events, event.type)))
    .map(({ name }) => ({
      name: 'pass-through',
      id: toCallbackJobId('pass-through', genuine.callbackKey, name),
      data: {
        ...toOrigin(genuine, callback),
        receiver: callback.receiver,
        target: name,
        query: callback.rawQuery,
        headers: { ...callback.headers },
        ...toBody(callback.body),
      },
    }));
}

function toOrigin(genuine: GenuineCallback, callback: ReceivedCallback) {
  return {
    requestId: callback.requestId,
    callbackKey: genuine.callbackKey,
    notificationId: genuine.notificationId,
    eventType: genuine.eventType,
    receivedAt: callback.receivedAt.toISOString(),
  };
}

/** As text where that is readable: JSON writes a control character in six bytes, which no job has room for. */
function toBody(bytes: Buffer): Pick<JobData<'keep-callback'>, 'body' | 'bodyEncoding'> {
  const text = isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  return text === undefined || controlCharacter.test(text)
    ? { body: bytes.toString('base64'), bodyEncoding: 'base64' }
    : { body: text, bodyEncoding: 'utf8' };
}

/** Tab and the two ends of lines are written in two bytes. */
const controlCharacter = /[^\P{Cc}\t\n\r]/u;
