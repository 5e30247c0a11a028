import { writeSync } from 'node:fs';
import { errorCatalogue, toAppError } from '@huidiao/errors';
import type { Lifecycle } from './lifecycle.ts';
import { createHangUpHandler, type Reloadable } from './reload-on-hang-up.ts';

/**
 * A service from its first line to its last: `open` reads the configuration and makes the context, `start` begins
 * the work, and the lifecycle ends it.
 *
 * What keeps it from opening is told on standard error in words, because it is for the person who has just
 * started it; the process then ends with 1. What fails after that is logged, and the process drains.
 *
 * SIGHUP reloads the merchants file, where `config.directory` is one that can be; it never ends the process.
 */
export async function runService<C extends Reloadable & { readonly lifecycle: Lifecycle }>(
  open: () => C,
  start: (context: C) => Promise<unknown>,
): Promise<void> {
  let onHangUp = (): void => undefined;
  // From here on and for good: without a listener SIGHUP ends a process, while it is being opened or drained too.
  // https://nodejs.org/docs/latest-v20.x/api/process.html#signal-events
  process.on('SIGHUP', () => onHangUp());
  const context = openOrExit(open);
  onHangUp = createHangUpHandler(context);
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
