import type { Mutant } from './mutant.ts';

/** The file's text with the safeguard taken out. @throws when its place is not there exactly once. */
export function applyMutant(text: string, { find, replace, file, name }: Mutant): string {
  const places = text.split(find).length - 1;
  if (places === 1) return text.replace(find, () => replace);
  throw new Error(
    `the mutant "${name}" is out of date: what it replaces stands ${places} times in ${file}, not once`,
  );
}
