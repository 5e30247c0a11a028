import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import type { Deliveries, Notification } from '../delivery/notification.ts';
import { announcePush } from '../push/send-push.ts';
import type { SimulatedApp } from '../settings.ts';
import type { JsonObject } from '../write-json.ts';
import type { GrantKey } from './message-book.ts';

/** A buyer, and the app in which. */
export interface Buyer {
  readonly appId: string;
  readonly openId: string;
}

/**
 * As if the page had called wx.requestSubscribeMessage in the payment's callback. The buyer answers at once, or some
 * seconds later with an event about it, as the app is set; with 总是保持以上选择 there is no event.
 */
export function answerPopupLater(context: Context, { appId, openId }: Buyer): void {
  const app = context.apps.get(appId);
  if (app === undefined || openId === '') return;
  context.openIds.belongs(appId, openId);
  const { popup_answer: answer, popup_least_ms, popup_most_ms } = context.faults.settings;
  const answers = Object.keys(app.templates).map((templateId) => ({ templateId, answer }));
  if (answers.length === 0) return;
  if (app.consents !== 'popup') {
    grantAccepted(context, app, { openId, answers });
    return;
  }
  const afterMs = popup_least_ms + Math.floor(context.random.next() * (popup_most_ms - popup_least_ms));
  context.clock.schedule(context.clock.now() + afterMs, () => {
    // Nobody set where events go: the buyer answers nevertheless.
    if (context.addresses.ofApp(appId) === undefined) grantAccepted(context, app, { openId, answers });
    else answerPopup(context, { appId, openId, answers });
  });
}

function grantAccepted(
  context: Context,
  { appId, grantsPerPayment = 1 }: SimulatedApp,
  { openId, answers }: { readonly openId: string; readonly answers: readonly PopupAnswer[] },
): void {
  for (const { templateId, answer } of answers) {
    if (answer === 'accept') context.messages.grant({ appId, openId, templateId }, grantsPerPayment);
  }
}

/** What a buyer chose in the popup for one template. */
export interface PopupAnswer {
  readonly templateId: string;
  readonly answer: 'accept' | 'reject';
}

/**
 * The buyer answers the popup: each `accept` allows one more message of its template, and all answers are pushed in
 * one event. Throws ControlRefusal for an app that is not in the settings or has no message push.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html
 */
export function answerPopup(
  context: Context,
  { appId, openId, answers }: Buyer & { readonly answers: readonly PopupAnswer[] },
  deliveries?: Deliveries,
): Notification {
  const app = findApp(context, appId);
  grantAccepted(context, app, { openId, answers });
  const items = answers.map(({ templateId, answer }) => ({
    TemplateId: templateId,
    SubscribeStatusString: answer,
    PopupScene: '0',
  }));
  return announceItems(context, 'subscribe_msg_popup_event', { appId, openId }, items, deliveries);
}

/** The buyer refuses a template in the settings of service notices: nothing is left of it, and that is pushed. */
export function refuseTemplate(context: Context, key: GrantKey, deliveries?: Deliveries): Notification {
  findApp(context, key.appId);
  context.messages.revoke(key);
  const items = [{ TemplateId: key.templateId, SubscribeStatusString: 'reject' }];
  return announceItems(context, 'subscribe_msg_change_event', key, items, deliveries);
}

/** What finally became of a message; only apps that are not `silent` are told. */
export function reportMessage(
  context: Context,
  { appId, openId, templateId }: GrantKey,
  msgId: bigint,
): void {
  const { consents = 'silent' } = context.apps.get(appId) ?? {};
  if (consents === 'silent' || context.addresses.ofApp(appId) === undefined) return;
  const items = [{ TemplateId: templateId, MsgID: msgId.toString(), ErrorCode: '0', ErrorStatus: 'success' }];
  announceItems(context, 'subscribe_msg_sent_event', { appId, openId }, items);
}

function announceItems(
  context: Context,
  name: string,
  { appId, openId }: Buyer,
  items: readonly JsonObject[],
  deliveries?: Deliveries,
): Notification {
  return announcePush(context, name, { appId, about: { openId }, items }, deliveries);
}

function findApp(context: Context, appId: string): SimulatedApp {
  const app = context.apps.get(appId);
  if (app === undefined) throw new ControlRefusal(404, 'APP_UNKNOWN', `no app ${appId} in the settings`);
  return app;
}
