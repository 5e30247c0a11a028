import type { NotedEventOf, NotedEventType } from '@huidiao/contracts';
import type { PushFields } from './push-fields.ts';
import type { PushQuestion } from './push-question.ts';

/** A push whose fields are read, with what every event has. */
export interface ReadPush {
  readonly fields: PushFields;
  readonly base: { readonly appId: string; readonly occurredAt: string | undefined };
}

/** What a push of one Event or MsgType means. */
export interface PushKind {
  /** The event, still to be checked by its schema. */
  toEvent(push: ReadPush): CandidateEvent | UnreadPush;
  /**
   * What tells this fact from others of its kind, re-sends apart. Left out, or with a part that the push lacks:
   * its whole body. FromUserName and CreateTime alone lose facts: platform events all come from one account, and
   * several within a second. https://github.com/binarywang/WxJava/issues/2231
   */
  toKeyParts?(push: ReadPush): readonly (string | undefined)[];
  /** Only for what wants an answer other than `success`. */
  toQuestion?(push: ReadPush): PushQuestion | undefined;
}

/** By Event or MsgType in small letters: some of WeChat's pages say that case means nothing. */
export type PushKinds = Readonly<Record<string, PushKind>>;

/** Made by toCandidate. Its fields are checked by the schema of its type before anybody reads them. */
export interface CandidateEvent {
  readonly type: NotedEventType;
}

/** Why no event can be made of a push, without its values. */
export interface UnreadPush {
  readonly problem: string;
}

/** Every field of an event is named, so that none is forgotten, and any may be absent. */
type Loose<V> = V extends string
  ? string
  : V extends number
    ? number
    : V extends boolean
      ? boolean
      : V extends readonly (infer I)[]
        ? readonly Loose<I>[]
        : V extends object
          ? { readonly [K in keyof V]-?: Loose<V[K]> | undefined }
          : V;

/** An event of this type, made of what a push has. */
export function toCandidate<T extends NotedEventType>(
  type: T,
  fields: Omit<Loose<NotedEventOf<T>>, 'type'>,
): CandidateEvent {
  return { ...fields, type };
}
