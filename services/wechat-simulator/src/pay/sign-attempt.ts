import type { Faults } from '../faults.ts';
import type { Random } from '../random.ts';
import { compactStyle, type JsonValue, randomStyle } from '../write-json.ts';
import { buildSignedNotification, type SignedNotification } from './build-signed-notification.ts';
import type { Merchants } from './merchants.ts';
import type { Attempt, Notification } from './notification.ts';
import { type PlatformKeys, spellSerial } from './platform-keys.ts';

/** Fields that no document names: receivers have to ignore them. The number is beyond 2^53. */
const unknownFields: { readonly [key: string]: JsonValue } = {
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

/**
 * One attempt of a notification: the same id and content each time; timestamp, nonces, signature, signing key
 * and the way in which the JSON is written are new.
 */
export function signAttempt(
  notification: Notification,
  kind: Attempt['kind'],
  { random, faults, merchants, platformKeys }: SigningParts,
): { serial: string; signed: SignedNotification } {
  const merchant = merchants.get(notification.mchId);
  if (merchant === undefined) throw new Error(`merchant ${notification.mchId} is not in the settings`);
  const { migration_share, serial_spelling, variety } = faults.settings;
  const key = platformKeys.forNotification(migration_share);
  const serial = spellSerial(key, serial_spelling);
  const signed = buildSignedNotification({
    ...notification,
    key: key.privateKey,
    serial,
    apiV3Key: merchant.apiV3Key,
    plaintext: variety ? { ...notification.resource, ...unknownFields } : notification.resource,
    associatedData: variety ? random.pick([notification.originalType, '', null]) : undefined,
    style: variety ? randomStyle(random) : compactStyle,
    extraFields: variety ? unknownFields : undefined,
    signatureType: !variety || random.happens(0.5),
    random,
    tamper: kind === 'probe' ? 'probe' : undefined,
  });
  return { serial, signed };
}
