import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import type { EventReceipt } from '../delivery/event-receipt.ts';
import type { Deliveries } from '../delivery/notification.ts';
import type { EventSubject } from '../events/event-subject.ts';
import { allEvents, type FoundEvent, findEvent } from '../events/find-event.ts';
import { findTamper, mustBeRefused, tampersOf } from '../events/tampers.ts';
import { announceEvent, sendEvent } from '../pay/send-event.ts';
import { announceV2, sendV2 } from '../pay-v2/send-v2.ts';
import { listShapes } from '../push/push-content.ts';
import { announcePush, sendPush } from '../push/send-push.ts';
import type { EventRequest } from './event-schemas.ts';
import { toDeliveries } from './to-deliveries.ts';

/** GET /simulator/events: what can be sent, in which ways, for whom. */
export function toCatalogue({ merchants, apps }: Context) {
  return {
    events: allEvents.map(({ channel, spec: { name, aliases } }) => ({ name, aliases, channel })),
    tampers: tampersOf,
    list_shapes: listShapes,
    merchants: [...merchants.values()].map(({ mchId, apiV2Key }) => ({
      mchid: mchId,
      has_api_v2_key: apiV2Key !== undefined,
    })),
    apps: [...apps.values()].map(({ appId, push }) => ({ appid: appId, has_token: push !== undefined })),
  };
}

/**
 * Sends one event by its name: once, with what came of it, or, if asked, with all its re-sends. Throws ControlRefusal
 * for whatever is unknown or does not go together.
 */
export async function sendNamedEvent(context: Context, request: EventRequest): Promise<object> {
  const found = findEvent(request.name);
  assertOptions(found, request);
  if (request.resend) {
    const { id, url, eventType } = announce(context, found, request, toDeliveries(request.deliveries));
    return { notification_id: id, event_type: eventType, channel: found.channel, url };
  }
  const receipt = await send(context, found, request);
  const { tamper } = request;
  return {
    ...toReceiptView(receipt),
    channel: found.channel,
    must_be_refused: tamper !== undefined && mustBeRefused(found.channel, tamper),
  };
}

function send(context: Context, found: FoundEvent, request: EventRequest): Promise<EventReceipt> {
  switch (found.channel) {
    case 'pay-v3':
      return sendEvent(context, request.name, toEvent(request));
    case 'pay-v2':
      return sendV2(context, request.name, toCallback(request));
    case 'push':
      return sendPush(context, request.name, toPush(request));
    default:
      return found satisfies never;
  }
}

function announce(context: Context, found: FoundEvent, request: EventRequest, deliveries: Deliveries) {
  switch (found.channel) {
    case 'pay-v3':
      return announceEvent(context, request.name, toEvent(request), deliveries);
    case 'pay-v2':
      return announceV2(context, request.name, toCallback(request), deliveries);
    case 'push':
      return announcePush(context, request.name, toPush(request), deliveries);
    default:
      return found satisfies never;
  }
}

/** A typing error should not go unnoticed because an option means nothing for this kind of event. */
function assertOptions({ channel, spec }: FoundEvent, request: EventRequest): void {
  const ofPush = ['mode', 'format', 'list_shape', 'pad', 'content_type', 'plain_fields'] as const;
  const ofV2 = ['sign_type', 'names_sign_type'] as const;
  const strange = [...(channel === 'push' ? [] : ofPush), ...(channel === 'pay-v2' ? [] : ofV2)].filter(
    (name) => request[name] !== undefined,
  );
  if (strange.length === 0) return;
  throw new ControlRefusal(
    400,
    'OPTION_DOES_NOT_APPLY',
    `${spec.name} (${channel}) has no ${strange.join(', ')}`,
  );
}

function toEvent({ mchid, appid, url, about, fields, tamper }: EventRequest) {
  return {
    mchId: mchid,
    url,
    about: { ...toSubject(about), ...(appid && { appId: appid }) },
    fields,
    tamper: findTamper('pay-v3', tamper),
  };
}

function toCallback({ mchid, appid, url, about, fields, tamper, sign_type, names_sign_type }: EventRequest) {
  const texts = Object.entries(fields ?? {}).map(
    ([name, value]) => [name, value === null ? null : String(value)] as const,
  );
  return {
    mchId: mchid,
    url,
    about: { ...toSubject(about), ...(appid && { appId: appid }) },
    fields: Object.fromEntries(texts),
    tamper: findTamper('pay-v2', tamper),
    signType: sign_type,
    namesSignType: names_sign_type,
  };
}

function toPush({ mchid, appid, url, about, fields, tamper, ...options }: EventRequest) {
  return {
    appId: appid,
    url,
    about: { ...toSubject(about), ...(mchid && { mchId: mchid }) },
    fields,
    tamper: findTamper('push', tamper),
    mode: options.mode,
    format: options.format,
    listShape: options.list_shape,
    pad: options.pad,
    contentType: options.content_type,
    plainFields: options.plain_fields,
  };
}

function toSubject(about: EventRequest['about']): Partial<EventSubject> {
  const subject = {
    openId: about.openid,
    outTradeNo: about.out_trade_no,
    transactionId: about.transaction_id,
    totalFen: about.total,
    outRefundNo: about.out_refund_no,
    refundId: about.refund_id,
    refundFen: about.refund,
    subMchId: about.sub_mchid,
    subAppId: about.sub_appid,
    subOpenId: about.sub_openid,
    outContractCode: about.out_contract_code,
    contractId: about.contract_id,
    templateId: about.template_id,
    text: about.text,
  };
  return Object.fromEntries(Object.entries(subject).filter(([, value]) => value !== undefined));
}

function toReceiptView(receipt: EventReceipt) {
  return {
    notification_id: receipt.id,
    event_type: receipt.eventType,
    url: receipt.url,
    sent: receipt.sent,
    outcome: receipt.outcome,
    status: receipt.status,
    answer: receipt.answer,
    content_type: receipt.contentType,
    duration_ms: receipt.durationMs,
    accepted: receipt.isAccepted,
    problem: receipt.problem,
    reply: receipt.reply,
  };
}
