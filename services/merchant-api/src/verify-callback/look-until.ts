import type { CheckDeps } from './check-deps.ts';

/** What came of looking. */
export type Looked<T> =
  | { readonly kind: 'seen'; readonly seen: T }
  /** Not within the time that it had. */
  | { readonly kind: 'late' }
  | { readonly kind: 'interrupted' };

/** What one look gave, and until when there is sense in looking. */
export interface Look<T> {
  readonly seen: T | undefined;
  readonly deadline: Date;
}

/** Looks, at least once, until something is seen, the deadline that the look itself gave has come, or Ctrl-C. */
export async function lookUntil<T>(
  { clock, pause, signal, times }: Pick<CheckDeps, 'clock' | 'pause' | 'signal' | 'times'>,
  look: () => Promise<Look<T>>,
): Promise<Looked<T>> {
  for (;;) {
    const { seen, deadline } = await look();
    if (seen !== undefined) return { kind: 'seen', seen };
    if (signal.aborted) return { kind: 'interrupted' };
    if (clock.now() >= deadline) return { kind: 'late' };
    await pause(times.lookMs, signal);
  }
}
