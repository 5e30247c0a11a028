import { createHash } from 'node:crypto';
import type { CallbackUnhandled, DomainEvent, Merchant } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { decryptResource, type ResourceFault } from './decrypt-resource.ts';
import { isOfMerchant } from './is-of-merchant.ts';
import { type NotificationEnvelope, parseEnvelope } from './notification-envelope.ts';
import { createPlatformKeys, type PlatformKeys } from './platform-keys.ts';
import type { SignedMessage } from './signed-message.ts';
import { toDomainEvent } from './to-domain-event.ts';
import { type NotAuthenticReason, verifyNotification } from './verify-notification.ts';

/** What receiving for one merchant needs, made once. Never log one. */
export interface ReceivingMerchant {
  readonly mchId: string;
  readonly keys: PlatformKeys;
  /** The current one first. */
  readonly apiV3Keys: readonly string[];
}

/** Throws CONFIG_INVALID on keys that cannot be used: an APIv3 key (APIv3密钥) has exactly 32 bytes. */
export function createReceivingMerchant(merchant: Merchant): ReceivingMerchant {
  const apiV3Keys = [merchant.apiV3Key, merchant.apiV3KeyPrevious].filter((key) => key !== undefined);
  if (apiV3Keys.some((key) => Buffer.byteLength(key, 'utf8') !== 32)) {
    throw new AppError('CONFIG_INVALID', { message: `an APIv3 key of ${merchant.mchId} has not 32 bytes` });
  }
  return { mchId: merchant.mchId, keys: createPlatformKeys(merchant), apiV3Keys };
}

export type NotificationOutcome =
  /** Refuse it, and let the answer say nothing. */
  | { readonly kind: 'not-authentic'; readonly reason: NotAuthenticReason; readonly serial?: string }
  /** WeChat Pay signed it but none of our APIv3 keys opens it: our configuration is at fault. */
  | {
      readonly kind: 'not-openable';
      readonly reason: Exclude<ResourceFault, 'algorithm_unsupported'>;
      readonly notificationId: string;
      readonly eventType: string;
      readonly serial: string;
    }
  | {
      readonly kind: 'genuine';
      /** 通知ID; for a body that holds none, the SHA-256 of the body in hexadecimal. */
      readonly notificationId: string;
      /** `unreadable` for a body that holds none. */
      readonly eventType: string;
      readonly serial: string;
      /** Equal for every re-send of the same fact; unique over all merchants. */
      readonly callbackKey: string;
      readonly event: DomainEvent;
    };

/**
 * The way of a notification of API v3 once its body is read: verify, open, compare the ids, tell what it says.
 * Pure, and throws on no input. A notification that we do not understand is genuine all the same: a re-send
 * would not help, so it is to be kept.
 */
export function receiveNotification(
  notification: SignedMessage,
  merchant: ReceivingMerchant,
  now: Date,
): NotificationOutcome {
  const verification = verifyNotification(notification, merchant.keys, now);
  if (!verification.authentic) {
    const { reason, serial } = verification;
    return { kind: 'not-authentic', reason, ...(serial === undefined ? {} : { serial }) };
  }
  const { serial } = verification;
  const parsed = parseEnvelope(notification.body);
  if (parsed.understood) return openEnvelope(parsed.envelope, merchant, serial);

  const id = createHash('sha256').update(notification.body).digest('hex');
  return genuine(
    merchant,
    serial,
    { id, event_type: parsed.eventType ?? 'unreadable' },
    refused(parsed.problem),
  );
}

function openEnvelope(
  envelope: NotificationEnvelope,
  merchant: ReceivingMerchant,
  serial: string,
): NotificationOutcome {
  const { resource } = envelope;
  const opened = decryptResource(resource, merchant.apiV3Keys);
  if (!opened.opened) {
    // No key of ours would ever open another algorithm or a malformed resource: a re-send would not help either.
    if (opened.reason !== 'tag_mismatch') {
      return genuine(merchant, serial, envelope, refused(`the resource cannot be opened: ${opened.reason}`));
    }
    const ids = { notificationId: envelope.id, eventType: envelope.event_type, serial };
    return { kind: 'not-openable', reason: opened.reason, ...ids };
  }
  const content = parseObject(opened.plaintext);
  if (content === undefined) {
    return genuine(merchant, serial, envelope, refused('the opened resource is not a JSON object'));
  }
  if (!isOfMerchant(merchant.mchId, envelope.event_type, content)) {
    return { kind: 'not-authentic', reason: 'ids_of_another_merchant', serial };
  }
  const told = toDomainEvent(
    { eventType: envelope.event_type, originalType: resource.original_type },
    content,
  );
  const outcome = genuine(merchant, serial, envelope, told.event);
  if (told.transaction === undefined) return outcome;
  const { mchid, transaction_id, trade_state } = told.transaction;
  return { ...outcome, callbackKey: `payment_${mchid}_${transaction_id}_${trade_state}` };
}

function genuine(
  merchant: ReceivingMerchant,
  serial: string,
  envelope: Pick<NotificationEnvelope, 'id' | 'event_type'>,
  event: DomainEvent,
): Extract<NotificationOutcome, { kind: 'genuine' }> {
  return {
    kind: 'genuine',
    notificationId: envelope.id,
    eventType: envelope.event_type,
    serial,
    callbackKey: `notification_${merchant.mchId}_${envelope.id}`,
    event,
  };
}

function refused(problem: string): CallbackUnhandled {
  return { type: 'callback.unhandled', reason: 'schema_refused', problem };
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
