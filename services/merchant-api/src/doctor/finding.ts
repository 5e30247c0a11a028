/**
 * What became of looking at one thing. `skipped`: it could not or should not be looked at, which is said, so that nobody
 * takes it for good.
 */
export type Level = 'ok' | 'skipped' | 'warning' | 'problem';

/** One thing that was looked at. Holds no secret and no value that may be one. */
export interface Finding {
  readonly level: Level;
  /** What is so, or what is wrong. */
  readonly says: string;
  /** Whose it is: `merchant 1900000001`, `app wx…`. */
  readonly about?: string | undefined;
  /** The file, key or variable. */
  readonly where?: string | undefined;
  /** One line for each thing to do, or to try. */
  readonly todo?: readonly string[];
}

const levels: readonly Level[] = ['ok', 'skipped', 'warning', 'problem'];

/** The worst level of all; `ok` where there is nothing. */
export function worstOf(findings: readonly Pick<Finding, 'level'>[]): Level {
  return findings.reduce<Level>(
    (worst, { level }) => (levels.indexOf(level) > levels.indexOf(worst) ? level : worst),
    'ok',
  );
}
