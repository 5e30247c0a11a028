/** What was opened, to be closed in the opposite order: what came later needs what came before. */
export interface Closers {
  /** Called as soon as a thing is open. */
  add(close: () => Promise<unknown>): void;
  /**
   * Closes everything, once: who asks again waits for the same. One that fails keeps none of the others open.
   * @throws Error what the first that failed threw
   */
  closeAll(): Promise<void>;
}

/** Nothing to be closed yet. */
export function createClosers(): Closers {
  const closers: (() => Promise<unknown>)[] = [];
  let closed: Promise<void> | undefined;

  async function closeEach(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of closers.toReversed()) {
      await close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  return {
    add: (close) => void closers.push(close),
    closeAll() {
      closed ??= closeEach();
      return closed;
    },
  };
}
