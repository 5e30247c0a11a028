import type { CheckedPem } from './check-pem.ts';

type Check<T> = (text: string) => CheckedPem<T>;

/** Remembers over reloads what PEM files were found to hold: parsing a private key takes one to two milliseconds. */
export interface PemMemo {
  /** What the check says of a text; not asked again of a text that the last or this reading has met. */
  check<T>(text: string, check: Check<T>): CheckedPem<T>;
  /** Begins another reading: what the one before the last has met is forgotten. */
  begin(): void;
}

/** Remembers nothing so far. */
export function createPemMemo(): PemMemo {
  type Known = Map<Check<unknown>, Map<string, CheckedPem<unknown>>>;
  let before: Known = new Map();
  let now: Known = new Map();
  return {
    check<T>(text: string, check: Check<T>) {
      const known = now.get(check)?.get(text) ?? before.get(check)?.get(text);
      // Kept under the check that made it, so that it holds what this check gives.
      const checked = known === undefined ? check(text) : (known as CheckedPem<T>);
      if (!now.has(check)) now.set(check, new Map());
      now.get(check)?.set(text, checked);
      return checked;
    },
    begin() {
      before = now;
      now = new Map();
    },
  };
}
