import { createHash } from 'node:crypto';
import { type DomainEvent, notedEvents } from '@huidiao/contracts';
import type { GenuineCallback } from '../genuine-callback.ts';
import { describeProblem } from '../pay/describe-problem.ts';
import { parsePushDocument } from './push-document.ts';
import { PushFields } from './push-fields.ts';
import { toHash, toPushKey } from './push-key.ts';
import type { CandidateEvent, PushKind, ReadPush, UnreadPush } from './push-kind.ts';
import { findPushKind } from './push-kinds.ts';
import type { PushQuestion } from './push-question.ts';

/** What tellPush found. */
export interface ToldPush {
  readonly callback: GenuineCallback;
  readonly question: PushQuestion | undefined;
  /** ToUserName: 原始ID of the app that it says to be for. */
  readonly toUserName: string | undefined;
}

/** What a genuine push says, once it is opened. Throws on no input: what is not understood is to be kept. */
export function tellPush(message: Buffer, appId: string): ToldPush {
  const bodyHash = createHash('sha256').update(message).digest('hex');
  const document = parsePushDocument(message);
  if (document === undefined) {
    const callbackKey = toPushKey(appId, 'unreadable', [bodyHash]);
    const event = unhandled('schema_refused', 'the body is neither a JSON object nor an XML document');
    const callback = { notificationId: bodyHash, eventType: 'unreadable', callbackKey, content: undefined };
    return toTold({ ...callback, facts: [{ callbackKey, event }] });
  }
  const fields = new PushFields(document.root);
  const { name, kind, eventType } = toName(fields);
  const push: ReadPush = { fields, base: { appId, occurredAt: fields.seconds('CreateTime') } };
  const callbackKey = toKey(push, name, kind, bodyHash);
  const event = kind === undefined ? unknownType(eventType) : toEvent(kind, push);
  const callback: GenuineCallback = {
    notificationId: toNotificationId(fields) ?? bodyHash,
    eventType,
    callbackKey,
    facts: [{ callbackKey, event }],
    content: document.toContent(),
  };
  return toTold(callback, kind?.toQuestion?.(push), fields.text('ToUserName'));
}

function toTold(callback: GenuineCallback, question?: PushQuestion, toUserName?: string): ToldPush {
  return { callback, question, toUserName };
}

/** A push is named by its Event, or where its MsgType is not `event` by that. */
function toName(fields: PushFields): {
  readonly name: string;
  readonly kind: PushKind | undefined;
  readonly eventType: string;
} {
  const msgType = fields.text('MsgType')?.toLowerCase() ?? 'event';
  const event = msgType === 'event' ? fields.text('Event') : undefined;
  const written = event ?? fields.text('MsgType') ?? '';
  const kind = findPushKind(msgType, event?.toLowerCase());
  return {
    name: kind === undefined ? 'other' : written.toLowerCase(),
    kind,
    eventType: /^[\x21-\x7E]+$/.test(written) ? written.slice(0, 64) : 'unreadable',
  };
}

function toKey(push: ReadPush, name: string, kind: PushKind | undefined, bodyHash: string): string {
  const parts = kind?.toKeyParts?.(push) ?? [];
  const isWhole = parts.length > 0 && parts.every((part) => part !== undefined);
  return toPushKey(push.base.appId, name, isWhole ? withoutPeople(parts, push.fields) : [bodyHash]);
}

/** Keys stand in ids of jobs, in logs and in the ledger, where a person must not be found: an openid is hashed. */
function withoutPeople(parts: readonly string[], fields: PushFields): readonly string[] {
  const people = new Set(['FromUserName', 'OpenID', 'payer_openid'].map((name) => fields.text(name)));
  return parts.map((part) => (people.has(part) ? toHash([part]).slice(0, 32) : part));
}

/** MsgId of what users write; other pushes have no number of their own. */
function toNotificationId(fields: PushFields): string | undefined {
  const msgId = fields.text('MsgId');
  return msgId !== undefined && /^[0-9A-Za-z_-]{1,64}$/.test(msgId) ? msgId : undefined;
}

function toEvent(kind: PushKind, push: ReadPush): DomainEvent {
  const candidate = kind.toEvent(push);
  if (isUnread(candidate)) return unhandled('schema_refused', candidate.problem);
  const checked = notedEvents[candidate.type].safeParse(withoutAbsent(candidate));
  return checked.success ? checked.data : unhandled('schema_refused', describeProblem(checked.error));
}

function isUnread(candidate: CandidateEvent | UnreadPush): candidate is UnreadPush {
  return 'problem' in candidate;
}

function unknownType(eventType: string): DomainEvent {
  return unhandled('unknown_type', `nothing handles the push ${eventType}`);
}

function unhandled(reason: 'unknown_type' | 'schema_refused', problem: string): DomainEvent {
  return { type: 'callback.unhandled', reason, problem };
}

/** A field without a value is no field. */
function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (typeof value !== 'object' || value === null) return value;
  const present = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(present.map(([name, item]) => [name, withoutAbsent(item)]));
}
