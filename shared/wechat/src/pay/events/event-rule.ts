import {
  type DomainEvent,
  type NotedEventOf,
  notedEvents,
  type PartyName,
  type PayEventType,
} from '@huidiao/contracts';
import { z } from 'zod';
import type { ToldFact } from '../../genuine-callback.ts';
import { describeProblem } from '../describe-problem.ts';
import { toCallbackKey } from '../to-callback-key.ts';

/** The opened resource of a notification. */
export type Resource = Readonly<Record<string, unknown>>;

/** A notification whose resource is open. */
export interface OpenedNotification {
  /** 通知ID. */
  readonly id: string;
  readonly eventType: string;
  readonly originalType: string | null | undefined;
  /** The merchant of the path. */
  readonly mchId: string;
}

/** What a notification of one type tells. Throws on no input. */
export type TellFact = (notification: OpenedNotification, resource: Resource) => ToldFact;

/** Where a field stands in a resource: a path such as `amount.total`, the first of several that holds something, or a reading of one's own. */
export type FieldSource = string | readonly string[] | ((resource: Resource) => unknown);

type OwnField<T extends PayEventType> = Exclude<keyof NotedEventOf<T>, 'type' | PartyName>;

export interface EventRule<T extends PayEventType> {
  /** Every field of the event besides the parties. */
  readonly fields: { readonly [F in OwnField<T>]-?: FieldSource };
  /**
   * What tells this fact from others of its type and merchant. Where a part is missing, the notification's id is
   * taken in as well.
   */
  readonly key: (event: NotedEventOf<T>) => readonly (string | undefined)[];
}

/** The parties of an event, in all the words that WeChat has for them; the path tells `mchId`. */
const parties: Readonly<Record<Exclude<PartyName, 'mchId'>, FieldSource>> = {
  subMchId: ['sub_mchid', 'sub_mch_id'],
  appId: ['appid', 'sp_appid'],
  subAppId: 'sub_appid',
  openId: ['openid', 'sp_openid', 'payer.openid', 'payer.sp_openid'],
  subOpenId: ['sub_openid', 'payer.sub_openid'],
};

/**
 * How notifications become one type of event: by the event's own schema. A field that the schema does not need is
 * left out where WeChat wrote something that does not fit it, for a genuine event is not to be lost over a detail.
 */
export function eventRule<T extends PayEventType>(type: T, rule: EventRule<T>): TellFact {
  const schema: z.ZodObject = notedEvents[type];
  const sources: [string, FieldSource][] = [
    ...Object.entries(parties),
    ...Object.entries<FieldSource>(rule.fields),
  ];
  return (notification, resource) => {
    const { mchId, id } = notification;
    const read = sources.flatMap(([name, source]) => {
      const value = readField(resource, source, schema.shape[name]);
      return value === undefined ? [] : [[name, value] as const];
    });
    const parsed = schema.safeParse({ type, mchId, ...Object.fromEntries(read) });
    if (!parsed.success) {
      return tellRefused(notification, describeProblem(inWireNames(parsed.error, rule.fields)));
    }
    // The very schema of this type said so.
    const event = parsed.data as NotedEventOf<T> & DomainEvent;
    const parts = rule.key(event);
    const known = parts.filter((part) => part !== undefined);
    const complete = known.length > 0 && known.length === parts.length;
    return { callbackKey: toCallbackKey(type, mchId, complete ? known : [...known, id]), event };
  };
}

/** Genuine, but our schema refuses it. `problem` holds no values. */
export function tellRefused(
  notification: Pick<OpenedNotification, 'id' | 'mchId'>,
  problem: string,
): ToldFact {
  return tellUnhandled(notification, 'schema_refused', problem);
}

/** Genuine, but nothing here knows what it is. */
export function tellUnknown(
  notification: Pick<OpenedNotification, 'id' | 'mchId'>,
  problem: string,
): ToldFact {
  return tellUnhandled(notification, 'unknown_type', problem);
}

function tellUnhandled(
  { mchId, id }: Pick<OpenedNotification, 'id' | 'mchId'>,
  reason: 'schema_refused' | 'unknown_type',
  problem: string,
): ToldFact {
  const event = { type: 'callback.unhandled', reason, problem } as const;
  return { callbackKey: toCallbackKey('notification', mchId, [id]), event };
}

function readField(resource: Resource, source: FieldSource, schema: z.core.$ZodType | undefined): unknown {
  const value = readSource(resource, source);
  if (value === undefined || schema === undefined || fits(schema, value)) return value;
  // plan_id and others are a number here and text there; what a double cannot hold is neither.
  if (Number.isFinite(value) && fits(schema, String(value))) return String(value);
  return fits(schema, undefined) ? undefined : value;
}

function readSource(resource: Resource, source: FieldSource): unknown {
  if (typeof source === 'function') return source(resource);
  const paths = typeof source === 'string' ? [source] : source;
  return paths.map((path) => readPath(resource, path)).find((value) => value !== undefined);
}

/** What stands at a path; undefined for what is absent, null or empty text, which WeChat writes for absent. */
export function readPath(resource: Resource, path: string): unknown {
  const value = path.split('.').reduce<unknown>((held, name) => {
    const isObject = typeof held === 'object' && held !== null && Object.hasOwn(held, name);
    return isObject ? (held as Resource)[name] : undefined;
  }, resource);
  return value === null || value === '' ? undefined : value;
}

function fits(schema: z.core.$ZodType, value: unknown): boolean {
  return z.safeParse(schema, value).success;
}

/** Names the fields of a problem as the resource does. */
function inWireNames(error: z.ZodError, fields: Readonly<Record<string, FieldSource>>): z.ZodError {
  const issues = error.issues.map((issue) => {
    const source = fields[String(issue.path[0])];
    const wire = typeof source === 'string' ? source : Array.isArray(source) ? source[0] : undefined;
    return wire === undefined ? issue : { ...issue, path: [wire] };
  });
  return new z.ZodError(issues);
}
