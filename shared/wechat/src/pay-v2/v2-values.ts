import { z } from 'zod';
import { toBeijingTime } from '../pay/to-beijing-time.ts';
import type { V2Fields } from './v2-sign.ts';

/** A whole number of fen in digits, no larger than a double counts exactly. */
export const fenText = z
  .string()
  .regex(/^(?:0|[1-9][0-9]{0,15})$/, 'must be whole fen in digits')
  .transform(Number)
  .pipe(z.number().max(Number.MAX_SAFE_INTEGER));

const beijingTime = /^([0-9]{4})-?([0-9]{2})-?([0-9]{2}) ?([0-9]{2}):?([0-9]{2}):?([0-9]{2})$/;

/**
 * `20140903131540` or `2018-11-19 16:24:13`, both Beijing time, as API v3 writes it: 2014-09-03T13:15:40+08:00.
 * Undefined for what is no time: nothing else of a notification depends on it.
 */
export function toRfc3339(text: string | undefined): string | undefined {
  const [found, ...parts] = beijingTime.exec(text ?? '') ?? [];
  if (found === undefined) return undefined;
  const [year, month, day, hour, minute, second] = parts;
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`;
  const time = new Date(written);
  // Date makes 1 March of 30 February.
  return !Number.isNaN(time.getTime()) && toBeijingTime(time) === written ? written : undefined;
}

/** Fields for a schema. An empty element says no more than an absent one; the sign does not cover it either. */
export function toRecord(fields: V2Fields): Record<string, string> {
  return Object.fromEntries([...fields].filter(([, value]) => value !== ''));
}

/** An object's members that are defined. */
export function definedOf<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const defined = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
