import type { Clock } from '@huidiao/contracts';
import type { Logger, Metrics } from '@huidiao/runtime';
import type { Store } from '@huidiao/store';
import type { DeadLettersConfig } from './config.ts';

/** The world around one command. */
export interface CommandSurroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Results, and nothing else. */
  readonly out: (text: string) => void;
  /** Everything for people: progress, problems. */
  readonly err: (text: string) => void;
  /** Aborted by Ctrl-C: stop between two. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** For tests: a store that is open already, and stays so. */
  readonly store?: Store;
}

/** What the commands are carried out with. */
export interface CommandDeps extends CommandSurroundings {
  readonly config: DeadLettersConfig;
  readonly store: Store;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** 0: done. 1: something failed, or it was stopped. 2: wrong usage, and nothing was done. */
export type ExitCode = 0 | 1 | 2;
