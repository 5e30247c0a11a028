/**
 * The seed that `--seed=N` after `npm test -- <file>` names, or the usual one: a run that failed can be repeated, and
 * others be tried.
 * @throws Error where it is no whole number from 0 to 2^32 - 1
 */
export function seedOr(usual: number): number {
  const given = process.argv.find((word) => word.startsWith('--seed='))?.slice('--seed='.length);
  if (given === undefined) return usual;
  const seed = Number(given);
  if (!/^\d+$/.test(given) || seed >= 2 ** 32) throw new Error(`--seed=${given} is no seed`);
  return seed;
}
