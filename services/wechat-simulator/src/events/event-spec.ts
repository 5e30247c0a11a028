import type { JsonObject } from '../write-json.ts';
import type { EventSubject } from './event-subject.ts';

/** Callbacks whose address is registered by API, not in a console. */
export type RegisteredCallback = 'complaint' | 'favor' | 'busifavor' | 'violation';

/** An event of API v3 that the simulator can send by its name. */
export interface PayEventSpec {
  /** WeChat's event_type, with `:variant` where one has several shapes. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly eventType: string;
  /** Null where no document of the event has it: it is left out. */
  readonly originalType: string | null;
  readonly summary: string;
  /** What the resource says once it is decrypted. */
  readonly resource: (about: EventSubject) => JsonObject;
  /** Default: the address in the merchant platform, or of the order. */
  readonly registered?: RegisteredCallback;
  /** Default: the schedule of payments. */
  readonly resendIntervalsMs?: readonly number[];
}

/** What a receiver may answer a push with, besides `success` or nothing. */
export type PushDemand =
  /** Nothing else. */
  | 'plain'
  /** ErrCode 0 (virtual payment). */
  | 'xpay'
  /** A decision is demanded, within 3 s; `success` is none. */
  | 'ios-refund'
  /** transfer_customer_service. */
  | 'customer-service';

/** A message push (消息推送) of a mini-program that the simulator can send by its name. */
export interface PushSpec {
  /** WeChat's Event or MsgType, with `:variant` where one has several shapes. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly msgType: string;
  /** Undefined: a message that a user wrote. */
  readonly event?: string;
  readonly demand: PushDemand;
  /** Whom FromUserName names: the user, or the system account of platform events. */
  readonly from: 'user' | 'system';
  /** What stands beside ToUserName, FromUserName, CreateTime, MsgType and Event. */
  readonly fields: (about: EventSubject) => JsonObject;
  /** For the events about templates: see writeList. */
  readonly list?: PushList;
  /** Default: the schedule of ordinary pushes. */
  readonly resendIntervalsMs?: readonly number[];
}

/** Items that XML wraps in an element of their own and JSON does not. */
export interface PushList {
  readonly wrapper: string;
  readonly items: (about: EventSubject) => readonly JsonObject[];
}

/** A callback of API v2: WeChat has no names for them. */
export interface V2Spec {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Written in this order; empty values are written, and not signed. */
  readonly fields: (about: EventSubject) => Readonly<Record<string, string>>;
  /** What req_info holds, encrypted; such a callback is not signed. */
  readonly reqInfo?: (about: EventSubject) => Readonly<Record<string, string>>;
  readonly resendIntervalsMs: readonly number[];
}
