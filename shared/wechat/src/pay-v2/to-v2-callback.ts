import { createHash } from 'node:crypto';
import {
  type CallbackUnhandled,
  type DomainEvent,
  toPaymentCallbackKey,
  toRefundCallbackKey,
} from '@huidiao/contracts';
import type { GenuineCallback } from '../genuine-callback.ts';
import { toV2Contract, toV2FailedDebit } from './v2-contract.ts';
import { isV2Paid, isV2Success, toV2Payment } from './v2-payment.ts';
import { toV2Refund } from './v2-refund.ts';
import { toV2SignedText, type V2Fields } from './v2-sign.ts';

/** API v2 names no types: these are told by the fields that a notification has. */
export type V2EventType = 'v2.payment' | 'v2.refund' | 'v2.contract' | 'v2.unknown';

interface Told {
  readonly eventType: V2EventType;
  readonly event: DomainEvent;
  /** None: the callback is known by its fields. */
  readonly callbackKey?: string;
  /** Of the fields those that tell this notification from others; default: all. */
  readonly identity?: V2Fields;
}

/** What a signed notification says; one that we do not understand is genuine all the same. Throws on no input. */
export function toV2Callback(mchId: string, fields: V2Fields): GenuineCallback {
  return toCallback(mchId, fields, tell(mchId, fields));
}

/**
 * Of what stands around req_info nothing is proved: these are kept, no others, and of them only the ids count.
 * mch_id was compared.
 */
const keptAroundReqInfo = ['return_code', 'appid', 'mch_id', 'sub_appid', 'sub_mch_id'];
const countedAroundReqInfo = ['mch_id', 'sub_mch_id'];

/** What a refund notification says: the fields in req_info, and some of those around it. Throws on no input. */
export function toV2RefundCallback(mchId: string, outer: V2Fields, inner: V2Fields): GenuineCallback {
  const around = (names: readonly string[]) => [...outer].filter(([name]) => names.includes(name));
  const told = tellRefund(new Map([...inner, ...around(countedAroundReqInfo)]));
  const fields = new Map([...around(keptAroundReqInfo), ...inner]);
  return toCallback(mchId, fields, { ...told, identity: inner });
}

function tell(mchId: string, fields: V2Fields): Told {
  if (!fields.get('mch_id')) return unhandled('v2.unknown', 'schema_refused', 'mch_id: names nobody');
  if (fields.has('change_type')) return tellContract(mchId, fields);
  if (fields.has('out_trade_no') || fields.has('transaction_id')) {
    return isV2Paid(fields) ? tellPayment(fields) : tellFailure(mchId, fields);
  }
  const names = [...fields.keys()].join(', ').slice(0, 1_000);
  return unhandled('v2.unknown', 'unknown_type', `nothing handles a notification of these fields: ${names}`);
}

/** Contracts are told only once they were signed or ended; a failure would be something new. */
function tellContract(mchId: string, fields: V2Fields): Told {
  if (!isV2Success(fields)) return unhandled('v2.contract', 'unknown_type', 'it says that it failed');
  const event = toV2Contract(mchId, fields);
  if ('problem' in event) return unhandled('v2.contract', 'schema_refused', event.problem);
  return { eventType: 'v2.contract', event };
}

function tellPayment(fields: V2Fields): Told {
  const event = toV2Payment(fields);
  if ('problem' in event) return unhandled('v2.payment', 'schema_refused', event.problem);
  return { eventType: 'v2.payment', event, callbackKey: toPaymentCallbackKey(event) };
}

/** No payment, whatever it says beside that. Only deductions are known to be told of when they fail. */
function tellFailure(mchId: string, fields: V2Fields): Told {
  const isDebit = fields.has('contract_id') || fields.get('trade_type') === 'PAP';
  if (!isDebit) return unhandled('v2.payment', 'unknown_type', 'it says that it failed');
  const event = toV2FailedDebit(mchId, fields);
  if ('problem' in event) return unhandled('v2.payment', 'schema_refused', event.problem);
  return { eventType: 'v2.payment', event };
}

function tellRefund(fields: V2Fields): Told {
  const event = toV2Refund(fields);
  if ('problem' in event) return unhandled('v2.refund', 'schema_refused', event.problem);
  return { eventType: 'v2.refund', event, callbackKey: toRefundCallbackKey(event) };
}

function unhandled(eventType: V2EventType, reason: CallbackUnhandled['reason'], problem: string): Told {
  return { eventType, event: { type: 'callback.unhandled', reason, problem } };
}

function toCallback(mchId: string, fields: V2Fields, told: Told): GenuineCallback {
  const notificationId = toV2NotificationId(told.identity ?? fields);
  const callbackKey = told.callbackKey ?? `v2_${mchId}_${notificationId}`;
  const content = [...fields].filter(([name]) => name !== 'sign');
  return {
    notificationId,
    eventType: told.eventType,
    callbackKey,
    facts: [{ callbackKey, event: told.event }],
    content: JSON.stringify(Object.fromEntries(content)),
  };
}

/**
 * API v2 gives notifications no id. What they say is one, but for what may differ from one sending to the next.
 *
 * @returns 64 hexadecimal characters
 */
export function toV2NotificationId(fields: V2Fields): string {
  const lasting = new Map([...fields].filter(([name]) => name !== 'nonce_str' && name !== 'sign_type'));
  return createHash('sha256').update(toV2SignedText(lasting)).digest('hex');
}
