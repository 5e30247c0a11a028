import { AppError } from '@huidiao/errors';
import { maskOpenId } from './mask-open-id.ts';

type Fields = Record<string, unknown>;

const redacted = '[redacted]';
const deepestLevel = 5;
const longestText = 4_096;
const mostItems = 50;

/**
 * Names are compared in small letters without `_` and `-`, so that apiV3Key, api_v3_key and API-V3-KEY are one.
 * A plain `key` counts, `callbackKey` does not: it is how a callback is found again.
 */
const secretName =
  /^(key|keys|body|rawbody|requestbody|responsebody|plaintext|ciphertext|cookie|setcookie|headers)$|(authorization|token|tokens|secret|secrets|signature|paysign|password|passwd|pem|privatekey|sessionkey|apikey|apiv3key|apiv2key|aeskey|encodingaeskey|apiv3keyprevious)$/;

/** A copy of a log line's fields in which secrets are blanked, openids masked and long texts cut. */
export function redactFields(fields: Fields): Fields {
  return redactObject(fields, 0);
}

/** What a line tells of an error: never the properties that libraries hang on it (requests, responses, keys). */
export function toErrorFields(error: unknown): unknown {
  return error instanceof Error ? describeError(error, 0) : redactValue('error', error, 1);
}

function redactObject(fields: Fields, level: number): Fields {
  const entries = Object.entries(fields).slice(0, mostItems);
  return Object.fromEntries(entries.map(([name, value]) => [name, redactValue(name, value, level + 1)]));
}

function redactValue(name: string, value: unknown, level: number): unknown {
  if (value === undefined || value === null || typeof value === 'boolean') return value;
  const plainName = name.toLowerCase().replaceAll(/[_-]/g, '');
  if (plainName.endsWith('openid')) return typeof value === 'string' ? toMasked(value) : redacted;
  if (secretName.test(plainName)) return redacted;
  if (typeof value === 'string') return toShort(value);
  if (typeof value !== 'object' || value instanceof Date) return value;
  // pino's serializer turns errors under these names into fields afterwards.
  if (value instanceof Error) return level === 1 && /^err(or)?$/.test(name) ? value : describeError(value, 0);
  if (Buffer.isBuffer(value) || value instanceof Uint8Array) return redacted;
  if (level >= deepestLevel) return '[deep]';
  return Array.isArray(value)
    ? value.slice(0, mostItems).map((item) => redactValue(name, item, level + 1))
    : redactObject(value as Fields, level);
}

function describeError(error: Error, level: number): Fields {
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: toShort(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error instanceof AppError ? { kind: error.kind, details: redactObject(error.details, 1) } : {}),
    stack: toShort(error.stack ?? ''),
    ...(error.cause instanceof Error && level < 3 ? { cause: describeError(error.cause, level + 1) } : {}),
  };
}

function toMasked(openId: string): string {
  return openId.startsWith('****') ? openId : maskOpenId(openId);
}

function toShort(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}… (${text.length} characters)` : text;
}
