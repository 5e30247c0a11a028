import type { Faults } from '../faults.ts';
import type { Random } from '../random.ts';
import { compactStyle, type JsonObject, randomStyle } from '../write-json.ts';
import { buildSignedNotification, type SignedNotification } from './build-signed-notification.ts';
import type { Merchants } from './merchants.ts';
import { type PlatformKeys, spellSerial } from './platform-keys.ts';
import type { Tamper } from './tamper.ts';

/** Fields that no document names: receivers have to ignore them. The number is beyond 2^53. */
const unknownFields: JsonObject = {
  trace_number: 98_765_432_109_876_543_210n,
  further: { note: '小票/收据', link: 'https://example.com/a/b' },
};

/** What signing an attempt draws on. */
export interface SigningParts {
  readonly random: Random;
  readonly faults: Faults;
  readonly merchants: Merchants;
  readonly platformKeys: PlatformKeys;
}

/** What stays the same over all attempts of one notification. */
export interface NotificationContent {
  readonly mchId: string;
  /** 通知ID. */
  readonly id: string;
  readonly createTime: string;
  readonly eventType: string;
  /** Null: the envelope has none. */
  readonly originalType: string | null;
  readonly summary: string;
  readonly resource: JsonObject;
}

/**
 * One attempt of a notification: the same id and content each time; timestamp, nonces, signature, signing key
 * and the way in which the JSON is written are new.
 */
export function signAttempt(
  content: NotificationContent,
  tamper: Tamper | undefined,
  { random, faults, merchants, platformKeys }: SigningParts,
): { serial: string; signed: SignedNotification } {
  const merchant = merchants.get(content.mchId);
  if (merchant === undefined) throw new Error(`merchant ${content.mchId} is not in the settings`);
  const { migration_share, serial_spelling, variety } = faults.settings;
  const key = platformKeys.forNotification(migration_share);
  const serial = spellSerial(key, serial_spelling);
  const { originalType, resource } = content;
  const signed = buildSignedNotification({
    ...content,
    key: key.privateKey,
    serial,
    apiV3Key: merchant.apiV3Key,
    plaintext: variety ? { ...resource, ...unknownFields } : resource,
    associatedData: variety ? random.pick([originalType ?? '', '', null]) : undefined,
    style: variety ? randomStyle(random) : compactStyle,
    extraFields: variety ? unknownFields : undefined,
    signatureType: !variety || random.happens(0.5),
    random,
    tamper,
  });
  return { serial, signed };
}
