import type { Random } from './random.ts';

/**
 * How a call goes wrong. `silence`: no answer at all · `reset`: the connection breaks · `system_error`: 500
 * SYSTEM_ERROR · `frequency_limited`: 429 FREQUENCY_LIMITED · `wrong_signature`: a well-formed answer whose
 * signature does not verify. The two errors are signed as usual; mini-programs get them as errcode -1 and 45011.
 */
export const faultKinds = [
  'silence',
  'reset',
  'system_error',
  'frequency_limited',
  'wrong_signature',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** `before` WeChat acted, or `after` it did what was asked. */
export const faultMoments = ['before', 'after'] as const;
export type FaultMoment = (typeof faultMoments)[number];

interface Card {
  readonly moment: FaultMoment;
  readonly kind: FaultKind;
}

/** Faults by chance, dealt from a shuffled deck for each API: a long test meets every kind as often as the others. */
export interface FaultDecks {
  /**
   * Asked `before` an operation and, where that gave none, `after` it. `share`: the probability that a call goes
   * wrong; `kinds`: in which ways it may.
   */
  take(
    api: string,
    moment: FaultMoment,
    chance: { readonly share: number; readonly kinds: readonly FaultKind[] },
  ): FaultKind | undefined;
}

/** `random` shuffles the decks, and decides whether a call goes wrong at all. */
export function createFaultDecks(random: Random): FaultDecks {
  const decks = new Map<string, Card[]>();
  /** Drawn `before`, for the moment after the operation. */
  const held = new Map<string, FaultKind[]>();

  const draw = (api: string, kinds: readonly FaultKind[]): Card | undefined => {
    const remaining = (decks.get(api) ?? []).filter(({ kind }) => kinds.includes(kind));
    const deck = remaining.length > 0 ? remaining : random.shuffle(toCards(kinds));
    const card = deck.pop();
    decks.set(api, deck);
    return card;
  };

  return {
    take: (api, moment, { share, kinds }) => {
      if (moment === 'after') return held.get(api)?.shift();
      const card = random.happens(share) ? draw(api, kinds) : undefined;
      if (card?.moment === 'after') held.set(api, [...(held.get(api) ?? []), card.kind]);
      return card?.moment === 'before' ? card.kind : undefined;
    },
  };
}

function toCards(kinds: readonly FaultKind[]): Card[] {
  return faultMoments.flatMap((moment) => kinds.map((kind) => ({ moment, kind })));
}
