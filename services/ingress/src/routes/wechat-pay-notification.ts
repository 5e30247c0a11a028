import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import type { Producer } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import { type ReceivingMerchant, receiveNotification } from '@huidiao/wechat';
import type { BodyBudget } from '../body/body-budget.ts';
import { type BodyLimits, readBody } from '../body/read-body.ts';
import type { CallbackMetrics } from '../callback-metrics.ts';
import { type CallbackOutcome, toAnswer, writeAnswer } from './callback-outcome.ts';
import {
  type CallbackJob,
  type GenuineNotification,
  type ReceivedCallback,
  toJob,
  toKeepCallbackJob,
} from './to-job.ts';

export interface WechatPayNotificationDeps {
  /** By mchid; the path chooses one, and its credentials with it. */
  readonly merchants: ReadonlyMap<string, ReceivingMerchant>;
  readonly producer: Pick<Producer, 'add'>;
  readonly bodyLimits: BodyLimits;
  readonly bodyBudget: BodyBudget;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: CallbackMetrics;
}

/** What is known of a callback by the end of it: the fields of its log line. */
interface Journey {
  readonly requestId: string;
  readonly mchId: string;
  readonly receivedAt: Date;
  bytes: number;
  outcome: CallbackOutcome;
  notification?: GenuineNotification | { notificationId: string; eventType: string };
  jobId?: string;
}

const path = /\/callbacks\/wechat-pay\/([^/?#]{1,64})\/?$/;

/** The mchid of a notification's path, or undefined when the request is not a WeChat Pay API v3 notification. */
export function toMchIdOfPath(request: IncomingMessage & { originalUrl?: string }): string | undefined {
  const url = request.originalUrl ?? request.url ?? '';
  const end = url.indexOf('?');
  return path.exec(end === -1 ? url : url.slice(0, end))?.[1];
}

/**
 * Takes in `POST /callbacks/wechat-pay/{mchid}`: verify, decrypt, queue durably, answer.
 *
 * A plain node:http handler: it can stand before any framework, and be mounted in any Express app
 * (`app.post('/callbacks/wechat-pay/:mchid', handler)`), there before every body parser, because it needs the
 * bytes that WeChat signed. It never rejects and always answers.
 */
export function createWechatPayNotificationHandler(deps: WechatPayNotificationDeps) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startedAt = performance.now();
    const journey: Journey = {
      requestId: randomUUID(),
      mchId: toMchIdOfPath(request) ?? '',
      receivedAt: deps.clock.now(),
      bytes: 0,
      outcome: { kind: 'aborted' },
    };
    const body = await readBody(request, deps.bodyLimits, deps.bodyBudget);
    if (body.kind === 'read') {
      journey.bytes = body.body.length;
      journey.outcome = await takeIn(deps, request, body.body, journey).finally(body.release);
    } else {
      journey.outcome = body;
    }
    const answer = toAnswer(journey.outcome);
    writeAnswer(response, answer, body.kind === 'read');
    report(deps, journey, answer.status, performance.now() - startedAt);
  };
}

async function takeIn(
  deps: WechatPayNotificationDeps,
  request: IncomingMessage,
  body: Buffer,
  journey: Journey,
): Promise<CallbackOutcome> {
  try {
    const merchant = deps.merchants.get(journey.mchId);
    if (merchant === undefined) return { kind: 'not-authentic', reason: 'merchant_unknown' };

    const received = receiveNotification(
      { headers: request.headersDistinct, body },
      merchant,
      deps.clock.now(),
    );
    if (received.kind === 'not-authentic') return received;
    journey.notification = received;
    if (received.kind === 'not-openable') return { kind: 'not-openable', reason: received.reason };

    return await makeDurable(deps.producer, received, { ...journey, body }, journey);
  } catch (error) {
    return { kind: 'failed', error: toAppError(error) };
  }
}

/**
 * Queues what a genuine notification asks for. A job that its own schema refuses would be refused again at every
 * re-send: it is our fault, so the callback is kept whole instead.
 */
async function makeDurable(
  producer: Pick<Producer, 'add'>,
  notification: GenuineNotification,
  callback: ReceivedCallback,
  journey: Journey,
): Promise<CallbackOutcome> {
  try {
    const job = toJob(notification, callback);
    journey.jobId = job.id;
    await add(producer, job).catch((error: unknown) => {
      if (toAppError(error).code !== 'JOB_INVALID') throw error;
      const kept = toKeepCallbackJob(notification, callback, {
        reason: 'schema_refused',
        problem: toAppError(error).message,
      });
      journey.jobId = kept.id;
      return producer.add(kept);
    });
    return { kind: 'durable' };
  } catch (error) {
    return { kind: 'not-durable', error: toAppError(error) };
  }
}

function add(producer: Pick<Producer, 'add'>, job: CallbackJob): Promise<void> {
  return job.name === 'apply-payment' ? producer.add(job) : producer.add(job);
}

function report(deps: WechatPayNotificationDeps, journey: Journey, status: number, durationMs: number): void {
  const { outcome, notification } = journey;
  const reason = 'reason' in outcome ? outcome.reason : undefined;
  const error = 'error' in outcome ? outcome.error : undefined;
  deps.metrics.received(outcome.kind, reason ?? error?.code ?? '', durationMs);
  const fields = {
    event: 'callback.received',
    requestId: journey.requestId,
    mchId: journey.mchId,
    eventId: notification?.notificationId,
    eventType: notification?.eventType,
    outTradeNo: toOutTradeNo(notification),
    jobId: journey.jobId,
    outcome: outcome.kind,
    reason,
    errorCode: error?.code,
    errorKind: error?.kind,
    status,
    bytes: journey.bytes,
    durationMs: Math.round(durationMs * 10) / 10,
  };
  if (isAlarming(outcome))
    deps.logger.error({ ...fields, alarm: outcome.kind, err: error }, 'callback.received');
  else deps.logger.info(fields, 'callback.received');
}

function toOutTradeNo(notification: Journey['notification']): string | undefined {
  if (notification === undefined || !('event' in notification)) return undefined;
  return notification.event.type === 'payment.succeeded' ? notification.event.outTradeNo : undefined;
}

/** Probes and forgeries are everyday traffic and wake nobody; these are ours to mend. */
function isAlarming(outcome: CallbackOutcome): boolean {
  return ['not-openable', 'not-durable', 'failed', 'consumed', 'over-budget'].includes(outcome.kind);
}
