import type { ServiceName } from '../installation.ts';

/** One call of a port that a service waits for. */
export interface Step {
  readonly service: ServiceName;
  /** The call of a port that no other call of one led to: a job's handler, a loop's round, a route. */
  readonly unit: string;
  /** The port and its method. */
  readonly call: string;
  /** The calls that led to it, between the unit and it. */
  readonly within: readonly string[];
  /** Counts the calls of this method there, from 1. */
  readonly nth: number;
  /** What had been called before, there and on the way there; each once, in the order of the alphabet. */
  readonly having: readonly string[];
}

/** A moment at which a process may end. `gave` tells the answers apart that lead to different work. */
export type CrashPoint =
  | (Step & { readonly side: 'before' })
  | (Step & { readonly side: 'after'; readonly gave: string });

/** A point in words. Two points are one if their words are the same, whichever run they were met in. */
export function toText(point: CrashPoint): string {
  const { service, unit, call, within, nth, having, side } = point;
  const what = call === unit ? '' : ` of ${[...within].reverse().concat(unit).join(' of ')}`;
  const which = nth === 1 ? '' : ` (call ${nth})`;
  const gave = side === 'after' ? `, which gave ${point.gave}` : '';
  const history = having.length === 0 ? '' : `, having called ${having.join(', ')}`;
  return `${service} ${side} ${call}${which}${what}${gave}${history}`;
}

/** What a call gave, as far as a caller may do something else because of it. */
export function toGave(value: unknown): string {
  return isNothing(value) ? 'nothing' : 'something';
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isPlainObject(value) && Object.values(value).every(isNothing);
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
