import type { ServiceName } from '../installation.ts';
import type { BenchOptions } from './bench.ts';
import type { Run } from './journey.ts';

/** Something that happens to orders, from its beginning to its end. */
export interface Scenario extends BenchOptions {
  readonly name: string;
  /** How far ahead a service's clock is, from the beginning of each run. */
  readonly aheadMs?: Partial<Record<ServiceName, number>>;
  /**
   * Plays it once. The reconciler's loops rest until they are released: what a round finds is then the same in each
   * run.
   */
  play(run: Run): Promise<void>;
}

/** Those that every order passes through. */
export const workers = ['order-worker', 'message-worker', 'reconciler'] as const;
