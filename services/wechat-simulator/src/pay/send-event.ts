import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import { type EventReceipt, toEventReceipt } from '../delivery/event-receipt.ts';
import type { Announcement, Deliveries, Notification } from '../delivery/notification.ts';
import type { PayEventSpec } from '../events/event-spec.ts';
import { createSubject, type EventSubject } from '../events/event-subject.ts';
import { findPayEvent } from '../events/find-event.ts';
import { mergeFields } from '../merge-fields.ts';
import type { JsonObject } from '../write-json.ts';
import type { Tamper } from './tamper.ts';
import { toAnnouncement } from './to-announcement.ts';

/** What is said about an event of API v3; everything else is made up. */
export interface EventToSend {
  /** Default: the first merchant of the settings. */
  readonly mchId?: string | undefined;
  /** Default: where such events of the merchant go. */
  readonly url?: string | undefined;
  /** Whom and what it is about. */
  readonly about?: Partial<EventSubject> | undefined;
  /** In place of what the resource says; null takes a member away. */
  readonly fields?: JsonObject | undefined;
  /** Instead of everything that the resource says. */
  readonly resource?: JsonObject | undefined;
  /** 通知ID. Default: a new one. */
  readonly id?: string | undefined;
  /** What is wrong with it. */
  readonly tamper?: Tamper | undefined;
}

/** Sends an event of API v3 once, now. Throws ControlRefusal where it is unknown or has nowhere to go. */
export async function sendEvent(
  context: Context,
  name: string,
  event: EventToSend = {},
): Promise<EventReceipt> {
  return toEventReceipt(await context.delivery.sendOnce(compose(context, name, event)));
}

/** Announces it: it is re-sent until it is acknowledged. Throws ControlRefusal likewise. */
export function announceEvent(
  context: Context,
  name: string,
  event: EventToSend = {},
  deliveries?: Deliveries,
): Notification {
  return context.delivery.announce(compose(context, name, event), deliveries);
}

function compose(context: Context, name: string, event: EventToSend): Announcement {
  const spec = findPayEvent(name);
  const merchant = context.merchants.get(event.mchId ?? [...context.merchants.keys()][0] ?? '');
  if (merchant === undefined) {
    throw new ControlRefusal(404, 'MERCHANT_UNKNOWN', `no merchant ${event.mchId ?? ''} in the settings`);
  }
  const { mchId, appIds } = merchant;
  const subject = createSubject({ ...event.about, mchId, appId: event.about?.appId ?? appIds[0] ?? '' });
  return toAnnouncement(context, {
    mchId,
    url: event.url ?? findAddress(context, spec, mchId),
    eventType: spec.eventType,
    originalType: spec.originalType,
    summary: spec.summary,
    resource: event.resource ?? mergeFields(spec.resource(subject), event.fields),
    outTradeNo: subject.outTradeNo,
    id: event.id,
    resendIntervalsMs: spec.resendIntervalsMs,
    tamper: event.tamper,
  });
}

function findAddress(context: Context, { name, registered }: PayEventSpec, mchId: string): string {
  const { addresses } = context;
  const own = registered && addresses.registered(mchId, registered);
  const url = own ?? addresses.ofMerchant(mchId);
  if (url !== undefined) return url;
  throw new ControlRefusal(
    409,
    'URL_UNKNOWN',
    `nothing says where ${name} of merchant ${mchId} goes: name a url, or set notify_url`,
  );
}
