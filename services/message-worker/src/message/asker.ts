import type { Effect, Message, MessageFacts } from '@huidiao/store';
import type { Draft } from './draft.ts';
import type { Settlement } from './settlement.ts';

/** Whoever wants a message told and hears what becomes of it: an order, or nobody but the message's own row. */
export interface Asker {
  /** Of the message. */
  readonly key: string;
  /** @throws AppError where it cannot be sent, for now or for good */
  draft(): Draft;
  /** The row as it is; that of an order is stored by its first attempt. */
  open(draft: Draft): Promise<Message>;
  /** Records how the message ended, in its row first. @returns what the row says: one that ended before keeps it */
  settle(settlement: Settlement): Promise<Settlement>;
  /** The row ended before. @returns `undefined` where nobody waits for that any more */
  hear(row: Message, ended: Settlement): Promise<Settlement | undefined>;
  /** Lets the message wait, marked in its row. @returns the row, or `undefined` when another attempt has gone on with it */
  mark(facts: MessageFacts, sendingId: string | undefined): Promise<Message | undefined>;
  /** Lets a message that is marked come again at its latest useful time. */
  putOff(row: Message): Promise<void>;
  /**
   * WeChat refused it for good, and its row says `sending` still.
   * @returns how it ended; `undefined` where it stays queued, for the replay of its dead letter
   */
  refuse(facts: MessageFacts, sendingId: string): Promise<Settlement | undefined>;
}

/** What has to happen because of how a message of an order ended. */
export type ToFollowing = (settlement: Settlement) => readonly Effect[];
