import type { JobData } from '@huidiao/contracts';
import type { JobAttempt, JobOutcome } from '@huidiao/queue';
import type { Applied, EventDeps } from '../events/applied.ts';
import { applyConsents } from '../events/apply-consents.ts';
import { applyReports, applyTemplateReport } from '../events/apply-reports.ts';
import { applyTrade } from '../events/apply-trade.ts';
import { applyCancelled, applyRevoked } from '../events/apply-user-data.ts';
import { applyParcel } from '../shipping/apply-parcel.ts';
import { warnOfManagement } from '../shipping/warn-of-management.ts';
import { recordCallback } from './record-callback.ts';

/**
 * Does what follows from anything that WeChat tells besides payments and refunds, and notes it in the ledger. All of
 * it may be repeated, and come in any order.
 *
 * @throws AppError STORE_UNAVAILABLE, ORDER_CHANGED_MEANWHILE
 */
export function createApplyEvent(deps: EventDeps) {
  return async (job: JobData<'apply-event'>, { lane }: Pick<JobAttempt, 'lane'>): Promise<JobOutcome> => {
    const applied = await apply(deps, job, lane);
    const { event } = job;
    const named = {
      mchId: 'mchId' in event ? event.mchId : undefined,
      appId: 'appId' in event ? event.appId : undefined,
    };
    await recordCallback(deps.store, job, { ...named, eventType: event.type, ...applied });
    const { outcome, outTradeNo, counts } = applied;
    return { ...counts, outcome, eventType: event.type, ...(outTradeNo !== undefined && { outTradeNo }) };
  };
}

async function apply(
  deps: EventDeps,
  { event, callbackKey, requestId }: JobData<'apply-event'>,
  lane: JobAttempt['lane'],
): Promise<Applied> {
  const told = { callbackKey, requestId, lane };
  switch (event.type) {
    case 'consent.answered':
      return await applyConsents(deps, { event, ...told });
    case 'consent.changed':
      return await applyConsents(deps, { event, ...told });
    case 'message.reported':
      return await applyReports(deps, { event, ...told });
    case 'template_message.reported':
      return await applyTemplateReport(deps, { event, ...told });
    case 'user_data.cancelled':
      return await applyCancelled(deps, { event, ...told });
    case 'user_data.revoked':
      return await applyRevoked(deps, { event, ...told });
    case 'trade.shipping_reminded':
      return await applyTrade(deps, { event, ...told });
    case 'trade.shipped':
      return await applyTrade(deps, { event, ...told });
    case 'trade.settled':
      return await applyTrade(deps, { event, ...told });
    case 'trade.access_reminded':
      return warnOfManagement(deps, { event, ...told });
    case 'parcel.moved':
      return await applyParcel(deps, { event, ...told });
    default:
      return { outcome: 'noted' };
  }
}
