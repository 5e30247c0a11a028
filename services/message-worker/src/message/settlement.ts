import type { Message, MessageFacts, SettledState } from '@huidiao/store';

/** How a message ended. `unknown`: WeChat may or may not have sent it, and it is never sent again. */
export interface Settlement {
  readonly state: SettledState;
  /** errorCode, remoteCode (WeChat's errcode) or msgId, where there is one. */
  readonly facts: MessageFacts;
}

/** How the message of a row ended; `undefined` while it has not. */
export function toSettlement({ state, facts }: Message): Settlement | undefined {
  return state === 'queued' || state === 'sending' ? undefined : { state, facts };
}
