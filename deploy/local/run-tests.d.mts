export function toMochaWords(folder: string, given: readonly string[], cores?: number): string[];
export function runTests(
  folder: string,
  given: readonly string[],
  endWithNpm: (end: () => void) => void,
): void;
