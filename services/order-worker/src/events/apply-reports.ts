import { isWantedEvent, toReportEffectId } from '@huidiao/contracts';
import type { Effect, Message } from '@huidiao/store';
import type { Applied, EventDeps, ToldEvent } from './applied.ts';

type Reported = ToldEvent<'message.reported'>;

/** ErrorCode of a message that arrived. */
const delivered = '0';

/**
 * Settles the messages that WeChat reports on (subscribe_msg_sent_event), and tells their orders. A report that fits
 * no message of ours is one on a message that another system sent.
 */
export async function applyReports(deps: EventDeps, told: Reported): Promise<Applied> {
  const { appId, openId, reports } = told.event;
  let settled = 0;
  for (const [index, { templateId, msgId, errorCode, errorStatus }] of reports.entries()) {
    const message = await deps.store.messages.report({
      appId,
      openId,
      templateId,
      reportId: msgId === '' ? `${told.callbackKey}_${index}` : msgId,
      state: errorCode === delivered ? 'delivered' : 'refused',
      facts: { reportCode: errorCode, reportStatus: errorStatus },
    });
    if (message === undefined) continue;
    settled += 1;
    await tellOrder(deps, told, message);
    if (message.state === 'delivered')
      await deps.store.consents.use({ appId, openId, templateId }, message.key);
  }
  return { outcome: 'messages_settled', counts: { settled, unmatched: reports.length - settled } };
}

/** An order that still waits for the message waits no longer; any other one is told once. */
async function tellOrder(deps: EventDeps, told: Reported, message: Message): Promise<void> {
  const { orders } = deps.store;
  const { key, mchId, outTradeNo, state, facts } = message;
  const { reportCode, reportStatus } = facts;
  const entry = { event: `message.${state}`, reportCode, reportStatus };
  const effects = state === 'refused' ? toReportEffects(deps, told, message) : [];
  if (await orders.settleEffect(mchId, outTradeNo, key, entry, effects)) return;
  await orders.noteEvent(mchId, outTradeNo, `${key}_${state}`, entry, effects);
}

function toReportEffects(
  { directory, clock }: EventDeps,
  { requestId, lane }: Reported,
  message: Message,
): Effect[] {
  const shop = directory.merchants.get(message.mchId)?.shop;
  if (shop === undefined || !isWantedEvent(shop.events, 'message.undeliverable')) return [];
  const id = toReportEffectId(message.key);
  return [{ id, job: 'report-undeliverable', dueAt: clock.now(), requestId, lane }];
}
