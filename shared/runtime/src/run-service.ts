import { writeSync } from 'node:fs';
import { errorCatalogue, toAppError } from '@huidiao/errors';
import type { Lifecycle } from './lifecycle.ts';

/**
 * A service from its first line to its last: `open` reads the configuration and makes the context, `start` begins
 * the work, and the lifecycle ends it.
 *
 * What keeps it from opening is told on standard error in words, because it is for the person who has just
 * started it; the process then ends with 1. What fails after that is logged, and the process drains.
 */
export async function runService<C extends { readonly lifecycle: Lifecycle }>(
  open: () => C,
  start: (context: C) => Promise<unknown>,
): Promise<void> {
  const context = openOrExit(open);
  // Before the start: a SIGTERM that comes while it starts must drain too.
  const stopped = context.lifecycle.untilStopped();
  await start(context).catch((error: unknown) => {
    if (context.lifecycle.signal.aborted) return; // what it waited for does not matter any more
    writeSync(process.stderr.fd, explain(error));
    context.lifecycle.fatal(error);
  });
  await stopped;
}

function openOrExit<C>(open: () => C): C {
  try {
    return open();
  } catch (error) {
    writeSync(process.stderr.fd, explain(error));
    // Not exitCode: connections that were opened before the failure would keep the process alive.
    process.exit(1);
  }
}

/** An error for a person: its code, what is wrong, and what to do. */
export function explain(error: unknown): string {
  const { code, message } = toAppError(error);
  return `${code}: ${message}\n${errorCatalogue[code].whatToDo}\n`;
}
