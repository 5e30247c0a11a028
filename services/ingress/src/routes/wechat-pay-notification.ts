import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Lane } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import type { Logger } from '@huidiao/runtime';
import { type ReceivingMerchant, receiveNotification } from '@huidiao/wechat';
import type { BodyBudget } from '../body/body-budget.ts';
import { type BodyLimits, readBody } from '../body/read-body.ts';
import type { CallbackMetrics } from '../callback-metrics.ts';
import type { DurabilityOutcome, DurableStores } from '../durable/durable-stores.ts';
import type { MerchantLanes } from '../lanes/merchant-lanes.ts';
import { type CallbackOutcome, toAnswer, writeAnswer } from './callback-outcome.ts';
import { type GenuineNotification, type ReceivedCallback, toJob, toKeepCallbackJob } from './to-job.ts';

export interface WechatPayNotificationDeps {
  /** By mchid; the path chooses one, and its credentials with it. */
  readonly merchants: ReadonlyMap<string, ReceivingMerchant>;
  readonly stores: Pick<DurableStores, 'add'>;
  readonly lanes: MerchantLanes;
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
  lane?: Lane;
}

const path = /\/callbacks\/wechat-pay\/([^/?#]{1,64})\/?$/;

/** The mchid of a notification's path, or undefined when the request is not a WeChat Pay API v3 notification. */
export function toMchIdOfPath(request: IncomingMessage & { originalUrl?: string }): string | undefined {
  const url = request.originalUrl ?? request.url ?? '';
  const end = url.indexOf('?');
  return path.exec(end === -1 ? url : url.slice(0, end))?.[1];
}

/**
 * Takes in `POST /callbacks/wechat-pay/{mchid}`: verify, decrypt, make durable, answer.
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

    return await makeDurable(deps, received, { ...journey, body }, journey);
  } catch (error) {
    return { kind: 'failed', error: toAppError(error) };
  }
}

/**
 * Keeps what a genuine notification asks for. A job that its own schema refuses would be refused again at every
 * re-send: it is our fault, so the callback is kept whole instead.
 */
async function makeDurable(
  deps: WechatPayNotificationDeps,
  notification: GenuineNotification,
  callback: ReceivedCallback,
  journey: Journey,
): Promise<DurabilityOutcome> {
  const lane = deps.lanes.choose(callback.mchId);
  journey.lane = lane;
  if (lane === 'bulk') deps.metrics.beyondRate(callback.mchId);
  const job = toJob(notification, callback);
  journey.jobId = job.id;
  try {
    return await deps.stores.add({ ...job, lane });
  } catch (error) {
    const { code, message } = toAppError(error);
    if (code !== 'JOB_INVALID') throw error;
    const kept = toKeepCallbackJob(notification, callback, { reason: 'schema_refused', problem: message });
    journey.jobId = kept.id;
    return deps.stores.add({ ...kept, lane });
  }
}

function report(deps: WechatPayNotificationDeps, journey: Journey, status: number, durationMs: number): void {
  const { outcome, notification } = journey;
  const reason = 'reason' in outcome ? outcome.reason : undefined;
  const error = 'error' in outcome ? outcome.error : undefined;
  const durableIn = 'durableIn' in outcome ? outcome.durableIn : undefined;
  const inboxError = 'inboxError' in outcome ? outcome.inboxError : undefined;
  // Why Redis did not take what is durable is told by the breaker's metrics.
  const why = reason ?? (durableIn === undefined ? error?.code : undefined);
  deps.metrics.received(outcome.kind, why ?? '', durationMs);
  if (durableIn !== undefined) deps.metrics.durable(durableIn);
  const fields = {
    event: 'callback.received',
    requestId: journey.requestId,
    mchId: journey.mchId,
    eventId: notification?.notificationId,
    eventType: notification?.eventType,
    outTradeNo: toOutTradeNo(notification),
    jobId: journey.jobId,
    // What comes out of the inbox goes through the bulk lane.
    lane: durableIn === 'inbox' ? 'bulk' : journey.lane,
    outcome: outcome.kind,
    durableIn,
    reason,
    errorCode: error?.code,
    errorKind: error?.kind,
    inboxErrorCode: inboxError?.code,
    status,
    bytes: journey.bytes,
    durationMs: Math.round(durationMs * 10) / 10,
  };
  if (isAlarming(outcome))
    deps.logger.error({ ...fields, alarm: outcome.kind, err: error, inboxError }, 'callback.received');
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
