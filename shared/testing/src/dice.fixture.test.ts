/** Gives whole numbers from 0 and below `most`. */
export type Dice = (most: number) => number;

/** A linear congruential generator: good enough for choosing what a test does. */
export function createDice(seed: number): Dice {
  let state = (seed + 1) >>> 0;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

/** The same items in another order. */
export function shuffle<T>(items: readonly T[], dice: Dice): T[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(dice(rest.length), 1));
}
