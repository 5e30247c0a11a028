import type { Person } from './forget-buyer.ts';
import type { Recipient } from './message.ts';

/** One answer of a user to the question whether a message of one template may be sent. */
export interface ConsentAnswer extends Recipient {
  /** Of the callback that tells of it. */
  readonly eventKey: string;
  /**
   * To the question: `accept` allows one more message, `reject` none. In the settings: `withdraw` takes back what was
   * allowed before, `allow` lets the user be asked again.
   */
  readonly answer: 'accept' | 'reject' | 'allow' | 'withdraw';
  readonly occurredAt: Date;
}

/**
 * Whether a message may be sent. `unknown`: nobody told us, or what we know of is used up, and WeChat decides (43101);
 * a user who ticked 总是保持以上选择 is asked without an event.
 */
export type ConsentState =
  | {
      readonly state: 'granted';
      /** How many messages, as far as they were counted. */
      readonly left: number;
      /** Their names, for `void`. */
      readonly grants: readonly string[];
    }
  | { readonly state: 'unknown' }
  | { readonly state: 'blocked' };

/**
 * What users allowed, one row for each grant. WeChat has no call that tells how many are left: they are counted here,
 * and 43101 corrects the count.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html
 */
export interface ConsentStore {
  /** Keeps an answer, once per event and template, in whatever order they come: their own time decides. */
  record(answer: ConsentAnswer): Promise<void>;
  state(recipient: Recipient): Promise<ConsentState>;
  /** Takes one grant, the oldest, for a message that was sent; a message takes one only. `false` when there is none. */
  use(recipient: Recipient, messageKey: string): Promise<boolean>;
  /**
   * Takes back grants that turned out to be worth nothing: those which `state` gave before the message was sent that
   * WeChat refused. One that came since is not among them.
   */
  void(grants: readonly string[]): Promise<void>;
  /**
   * Takes a person out of their answers. An answer of theirs that is older than that and comes later is not kept.
   * @returns how many answers named them; it may be called again
   */
  forget(person: Person, at: Date): Promise<number>;
}
