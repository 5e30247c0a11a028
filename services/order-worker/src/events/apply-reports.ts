import { isWantedEvent, toReportEffectId } from '@huidiao/contracts';
import type { Effect, Message } from '@huidiao/store';
import type { Applied, EventDeps, ToldEvent } from './applied.ts';

type Reported = ToldEvent<'message.reported'>;
type TemplateReported = ToldEvent<'template_message.reported'>;

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

/**
 * Likewise of a template message of a service account (TEMPLATESENDJOBFINISH). Anything but `success` did not arrive,
 * such as `failed:user block` or `failed: system failed`.
 * https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Template_Message_Interface.html
 */
export async function applyTemplateReport(deps: EventDeps, told: TemplateReported): Promise<Applied> {
  const { appId, openId, msgId, status } = told.event;
  const message = await deps.store.messages.report({
    appId,
    openId,
    reportId: msgId,
    state: status === 'success' ? 'delivered' : 'refused',
    facts: { reportCode: status },
  });
  if (message !== undefined) await tellOrder(deps, told, message);
  const settled = message === undefined ? 0 : 1;
  return { outcome: 'messages_settled', counts: { settled, unmatched: 1 - settled } };
}

/** An order that still waits for the message waits no longer; any other one is told once. */
async function tellOrder(
  deps: EventDeps,
  told: Reported | TemplateReported,
  message: Message,
): Promise<void> {
  const { orders } = deps.store;
  const { key, mchId, outTradeNo, state, facts } = message;
  if (outTradeNo === undefined) return;
  const { reportCode, reportStatus } = facts;
  const entry = { event: `message.${state}`, reportCode, reportStatus };
  const effects = state === 'refused' ? toReportEffects(deps, told, message) : [];
  if (await orders.settleEffect(mchId, outTradeNo, key, entry, effects)) return;
  await orders.noteEvent(mchId, outTradeNo, `${key}_${state}`, entry, effects);
}

function toReportEffects(
  { directory, clock }: EventDeps,
  { requestId, lane }: Reported | TemplateReported,
  message: Message,
): Effect[] {
  const shop = directory.merchants.get(message.mchId)?.shop;
  if (shop === undefined || !isWantedEvent(shop.events, 'message.undeliverable')) return [];
  const id = toReportEffectId(message.key);
  return [{ id, job: 'report-undeliverable', dueAt: clock.now(), requestId, lane }];
}
