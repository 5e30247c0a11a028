import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import { type EventReceipt, toEventReceipt } from '../delivery/event-receipt.ts';
import type { Announcement, Deliveries, Notification } from '../delivery/notification.ts';
import { createSubject, type EventSubject } from '../events/event-subject.ts';
import { findV2Event } from '../events/find-event.ts';
import type { SignType } from './sign-fields.ts';
import { toV2Announcement } from './to-v2-announcement.ts';
import type { V2Tamper } from './v2-tamper.ts';

/** What is said about a callback of API v2; everything else is made up. */
export interface V2ToSend {
  /** Default: the first merchant of the settings that has an APIv2 key. */
  readonly mchId?: string | undefined;
  /** Default: what the merchant platform has for API v2. */
  readonly url?: string | undefined;
  readonly about?: Partial<EventSubject> | undefined;
  /** In place of what it says, req_info included; null takes a member away. */
  readonly fields?: Readonly<Record<string, string | null>> | undefined;
  readonly signType?: SignType | undefined;
  /** Whether sign_type says which. */
  readonly namesSignType?: boolean | undefined;
  readonly tamper?: V2Tamper | undefined;
}

/** Sends a callback of API v2 once, now. Throws ControlRefusal where it is unknown or has nowhere to go. */
export async function sendV2(context: Context, name: string, callback: V2ToSend = {}): Promise<EventReceipt> {
  return toEventReceipt(await context.delivery.sendOnce(compose(context, name, callback)));
}

/** Announces it: it is re-sent until it is acknowledged. Throws ControlRefusal likewise. */
export function announceV2(
  context: Context,
  name: string,
  callback: V2ToSend = {},
  deliveries?: Deliveries,
): Notification {
  return context.delivery.announce(compose(context, name, callback), deliveries);
}

function compose(context: Context, name: string, callback: V2ToSend): Announcement {
  const spec = findV2Event(name);
  const merchants = [...context.merchants.values()];
  const mchId = callback.mchId ?? merchants.find(({ apiV2Key }) => apiV2Key !== undefined)?.mchId ?? '';
  const merchant = context.merchants.get(mchId);
  const appId = callback.about?.appId ?? merchant?.appIds[0] ?? '';
  const subject = createSubject({ ...callback.about, mchId, appId });
  const reqInfo = spec.reqInfo?.(subject);
  const url = callback.url ?? context.addresses.ofMerchantV2(mchId);
  if (url === undefined) {
    throw new ControlRefusal(
      409,
      'URL_UNKNOWN',
      `nothing says where ${name} of merchant ${mchId} goes: name a url, or set notify_url_v2`,
    );
  }
  return toV2Announcement(context, {
    ...callback,
    mchId,
    url,
    name: spec.name,
    fields: reqInfo === undefined ? merge(spec.fields(subject), callback.fields) : spec.fields(subject),
    reqInfo: reqInfo && merge(reqInfo, callback.fields),
    outTradeNo: subject.outTradeNo,
    resendIntervalsMs: spec.resendIntervalsMs,
  });
}

function merge(
  fields: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string | null>> = {},
): Record<string, string> {
  const merged: [string, string][] = [];
  for (const [name, value] of Object.entries({ ...fields, ...change })) {
    if (value !== null) merged.push([name, value]);
  }
  return Object.fromEntries(merged);
}
