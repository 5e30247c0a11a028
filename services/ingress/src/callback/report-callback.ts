import type { Logger } from '@huidiao/runtime';
import type { CallbackMetrics } from '../callback-metrics.ts';
import type { Journey, ReceivedOutcome } from './callback-handler.ts';
import { isAlarming } from './callback-outcome.ts';

/** One log line for each callback, and its metrics. Never a body, a plaintext, a signature or a key. */
export function reportCallback(
  deps: { readonly logger: Logger; readonly metrics: CallbackMetrics },
  journey: Journey,
  status: number,
  durationMs: number,
): void {
  const { outcome, kind } = journey;
  const reason = 'reason' in outcome ? outcome.reason : undefined;
  const error = 'error' in outcome ? outcome.error : undefined;
  const durableIn = 'durableIn' in outcome ? outcome.durableIn : undefined;
  const inboxError = 'inboxError' in outcome ? outcome.inboxError : undefined;
  // Why Redis did not take what is durable is told by the breaker's metrics.
  const why = reason ?? (durableIn === undefined ? error?.code : undefined);
  deps.metrics.received(kind, outcome.kind, why ?? '', durationMs);
  if (durableIn !== undefined) deps.metrics.durable(durableIn);
  const fields = {
    event: 'callback.received',
    requestId: journey.requestId,
    kind,
    ...(kind === 'push' ? { appId: journey.id } : { mchId: journey.id }),
    ...toKnownFacts(journey.received),
    jobId: journey.jobIds?.[0],
    jobs: journey.jobIds?.length,
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
  if (isAlarming(outcome) && !isUnproven(journey))
    deps.logger.error({ ...fields, alarm: outcome.kind, err: error, inboxError }, 'callback.received');
  else deps.logger.info(fields, 'callback.received');
}

/** Anybody can send a refund of API v2 that does not open, for it is not signed: nobody is to be woken by it. */
function isUnproven({ kind, outcome }: Journey): boolean {
  return kind === 'pay-v2' && outcome.kind === 'not-openable';
}

function toKnownFacts(received: ReceivedOutcome | undefined) {
  if (received === undefined || received.kind === 'not-authentic') return {};
  if (received.kind === 'not-openable') {
    return { eventId: received.notificationId, eventType: received.eventType };
  }
  const { notificationId, eventType, facts } = received.callback;
  const [{ event }] = facts;
  return {
    eventId: notificationId,
    eventType,
    type: event.type,
    outTradeNo: 'outTradeNo' in event ? event.outTradeNo : undefined,
    ...received.facts,
  };
}
