import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import { type EventReceipt, toEventReceipt } from '../delivery/event-receipt.ts';
import type { Announcement, Deliveries, Notification } from '../delivery/notification.ts';
import { createSubject, type EventSubject } from '../events/event-subject.ts';
import { findPush } from '../events/find-event.ts';
import type { SimulatedApp } from '../settings.ts';
import type { JsonObject } from '../write-json.ts';
import { type PushOptions, toPushAnnouncement } from './to-push-announcement.ts';

/** What is said about a push; everything else is made up, and sent as the app is set. */
export interface PushToSend extends PushOptions {
  /** Default: the first app of the settings that has a token. */
  readonly appId?: string | undefined;
  /** Default: the app's address. */
  readonly url?: string | undefined;
  readonly about?: Partial<EventSubject> | undefined;
  /** Of an event about templates: what its list holds. */
  readonly items?: readonly JsonObject[] | undefined;
}

/** Pushes an event or message once, now. Throws ControlRefusal where it is unknown or has nowhere to go. */
export async function sendPush(context: Context, name: string, push: PushToSend = {}): Promise<EventReceipt> {
  return toEventReceipt(await context.delivery.sendOnce(compose(context, name, push)));
}

/** Announces it: it is pushed again as its family is, until it is accepted. Throws ControlRefusal likewise. */
export function announcePush(
  context: Context,
  name: string,
  push: PushToSend = {},
  deliveries?: Deliveries,
): Notification {
  return context.delivery.announce(compose(context, name, push), deliveries);
}

function compose(
  context: Context,
  name: string,
  { appId, url, about, items, ...options }: PushToSend,
): Announcement {
  const spec = findPush(name);
  const app = findApp(context, appId);
  const address = url ?? context.addresses.ofApp(app.appId);
  if (address === undefined) {
    throw new ControlRefusal(
      409,
      'URL_UNKNOWN',
      `nothing says where pushes of app ${app.appId} go: name a url, or POST /simulator/push-address`,
    );
  }
  const { list } = spec;
  return toPushAnnouncement(context, {
    app,
    url: address,
    spec: list && items ? { ...spec, list: { ...list, items: () => items } } : spec,
    about: createSubject({ ...toKnown(context, app), ...about, appId: app.appId }),
    options,
  });
}

function findApp({ apps }: Context, appId: string | undefined): SimulatedApp {
  const app =
    appId === undefined ? [...apps.values()].find(({ push }) => push !== undefined) : apps.get(appId);
  if (app !== undefined) return app;
  const what = appId === undefined ? 'no app has a token' : `there is no app ${appId}`;
  throw new ControlRefusal(404, 'APP_UNKNOWN', `${what} in the settings`);
}

/** What the settings say about the app: its original id, its templates, and the merchant that it is bound to. */
function toKnown({ merchants }: Context, app: SimulatedApp): Partial<EventSubject> & { mchId: string } {
  const merchant = [...merchants.values()].find(({ appIds }) => appIds.includes(app.appId));
  const [templateId, otherTemplateId] = Object.keys(app.templates);
  return {
    mchId: merchant?.mchId ?? '1900000001',
    originalId: toOriginalId(app),
    ...(templateId && { templateId }),
    ...(otherTemplateId && { otherTemplateId }),
  };
}

/** 原始ID: that of the settings, or one made from the appid. */
export function toOriginalId({ appId, originalId }: SimulatedApp): string {
  return originalId ?? `gh_${appId.replace(/^wx/, '').slice(0, 12)}`;
}
