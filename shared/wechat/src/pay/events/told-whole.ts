import type { ToldFact } from '../../genuine-callback.ts';

/** A notification as a whole: its key, and each of the facts that it tells. */
export interface ToldWhole {
  readonly callbackKey: string;
  readonly facts: readonly [ToldFact, ...ToldFact[]];
}

/** A notification that tells one thing. */
export function toToldWhole(fact: ToldFact): ToldWhole {
  return { callbackKey: fact.callbackKey, facts: [fact] };
}
