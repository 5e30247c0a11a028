import { createHash } from 'node:crypto';
import type { Merchant } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { GenuineCallback } from '../genuine-callback.ts';
import { quoteLongIntegers } from '../mini-program/parse-wechat-json.ts';
import { type ContractQuestion, toContractQuestion } from './contract-question.ts';
import {
  builtInSuites,
  type CryptographicSuites,
  type ResourceFault,
  shangmiAdvice,
} from './cryptographic-suites.ts';
import { decryptResource } from './decrypt-resource.ts';
import { type OpenedNotification, type Resource, tellRefused } from './events/event-rule.ts';
import { type ToldWhole, toToldWhole } from './events/told-whole.ts';
import { isOfMerchant } from './is-of-merchant.ts';
import { type NotificationEnvelope, parseEnvelope } from './notification-envelope.ts';
import { createPlatformKeys, type PlatformKeyKind, type PlatformKeys, toKeyKind } from './platform-keys.ts';
import type { SignedMessage } from './signed-message.ts';
import { toToldFacts } from './to-told-facts.ts';
import { type NotAuthenticReason, verifyNotification } from './verify-notification.ts';

/** What receiving for one merchant needs, made once. Never log one. */
export interface ReceivingMerchant {
  readonly mchId: string;
  readonly keys: PlatformKeys;
  /** The current one first. */
  readonly apiV3Keys: readonly string[];
  /** Default: those that are built in. */
  readonly suites?: CryptographicSuites;
}

/**
 * Throws CONFIG_INVALID on keys that cannot be used: an APIv3 key (APIv3密钥) has exactly 32 bytes.
 *
 * @param keys by default those that the merchant's configuration names; a PlatformKeyring downloads more
 * @param suites how messages are verified and opened; others than the built-in ones are the caller's to bring
 */
export function createReceivingMerchant(
  merchant: Merchant,
  keys: PlatformKeys = createPlatformKeys(merchant),
  suites: CryptographicSuites = builtInSuites,
): ReceivingMerchant {
  const apiV3Keys = [merchant.apiV3Key, merchant.apiV3KeyPrevious].filter((key) => key !== undefined);
  if (apiV3Keys.some((key) => Buffer.byteLength(key, 'utf8') !== 32)) {
    throw new AppError('CONFIG_INVALID', { message: `an APIv3 key of ${merchant.mchId} has not 32 bytes` });
  }
  return { mchId: merchant.mchId, keys, apiV3Keys, suites };
}

export type NotificationOutcome =
  /** Refuse it, and let the answer say nothing. */
  | { readonly kind: 'not-authentic'; readonly reason: NotAuthenticReason; readonly serial?: string }
  /** WeChat Pay signed it but none of our APIv3 keys opens it: our configuration is at fault. */
  | {
      readonly kind: 'not-openable';
      readonly reason: Extract<ResourceFault, 'tag_mismatch'>;
      readonly notificationId: string;
      readonly eventType: string;
      readonly serial: string;
    }
  | {
      readonly kind: 'genuine';
      /** The key that verified it, as the sender wrote it. */
      readonly serial: string;
      readonly keyKind: PlatformKeyKind;
      readonly callback: GenuineCallback;
      /** To be answered at once, with toContractReply. */
      readonly question?: ContractQuestion;
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
  const { mchId, keys, suites } = merchant;
  const verification = verifyNotification(notification, keys, now, suites);
  if (!verification.authentic) {
    const { reason, serial } = verification;
    return { kind: 'not-authentic', reason, ...(serial === undefined ? {} : { serial }) };
  }
  const { serial } = verification;
  const parsed = parseEnvelope(notification.body);
  if (parsed.understood) return openEnvelope(parsed.envelope, merchant, serial);

  const id = createHash('sha256').update(notification.body).digest('hex');
  const envelope = { id, event_type: parsed.eventType ?? 'unreadable' };
  return genuine(envelope, serial, toToldWhole(tellRefused({ id, mchId }, parsed.problem)), undefined);
}

function openEnvelope(
  envelope: NotificationEnvelope,
  merchant: ReceivingMerchant,
  serial: string,
): NotificationOutcome {
  const { id, event_type: eventType, resource } = envelope;
  const { mchId, apiV3Keys, suites } = merchant;
  const keep = (problem: string, content?: string) =>
    genuine(envelope, serial, toToldWhole(tellRefused({ id, mchId }, problem)), content);

  const opened = decryptResource(resource, apiV3Keys, suites);
  if (!opened.opened) {
    // No key of ours would ever open another algorithm or a malformed resource: a re-send would not help either.
    if (opened.reason !== 'tag_mismatch') return keep(toProblem(opened.reason));
    return { kind: 'not-openable', reason: opened.reason, notificationId: id, eventType, serial };
  }
  const content = quoteLongIntegers(opened.plaintext);
  const said = parseJson(content);
  if (said === undefined) return keep('the opened resource is not JSON');
  if (!isObject(said)) return keep('the opened resource is not a JSON object', content);
  if (!isOfMerchant(mchId, eventType, said)) {
    return { kind: 'not-authentic', reason: 'ids_of_another_merchant', serial };
  }
  const told: OpenedNotification = { id, eventType, originalType: resource.original_type, mchId };
  return genuine(envelope, serial, toToldFacts(told, said), content);
}

function genuine(
  envelope: Pick<NotificationEnvelope, 'id' | 'event_type'>,
  serial: string,
  { callbackKey, facts }: ToldWhole,
  content: string | undefined,
): NotificationOutcome {
  const { id: notificationId, event_type: eventType } = envelope;
  const question = toContractQuestion(eventType, facts[0]);
  return {
    kind: 'genuine',
    serial,
    keyKind: toKeyKind(serial),
    callback: { notificationId, eventType, callbackKey, facts, content },
    ...(question === undefined ? {} : { question }),
  };
}

function toProblem(reason: ResourceFault): string {
  const problem = `the resource cannot be opened: ${reason}`;
  return reason === 'shangmi_unsupported' ? `${problem}: ${shangmiAdvice}` : problem;
}

/** Undefined for what is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Resource {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
