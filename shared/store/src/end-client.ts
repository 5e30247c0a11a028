import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { within } from './within.ts';

type Client = ReturnType<Connection['getClient']>;

/** What the driver's types leave out: its connections and the monitors that look for the servers. */
interface Inside {
  readonly topology?: { close(): void };
}

/**
 * Ends a client of the driver with all that keeps a process from ending: sockets, and the monitor's timer. Resolves
 * when nothing of it is left, after `limitMs` at most.
 *
 * The driver says goodbye (endSessions) first and lets go of its monitor only then. A goodbye to a connection whose
 * socket is destroyed, but which was not yet told so, waits for a `drain` that cannot come; then `close` never
 * resolves, and a monitor that nobody knows any more goes on to look for the server, every 10 s
 * (mongodb 7.8, src/cmap/connection.ts, writeCommand; src/mongo_client.ts, _close).
 *
 * @throws Error `late()` where the driver did not end it by itself
 */
export async function endClient(client: Client, limitMs: number, late: () => Error): Promise<void> {
  await untilSocketsAreTold();
  try {
    await within(limitMs, client.close(), late);
  } catch (error) {
    (client as Inside).topology?.close();
    throw error;
  }
}

/** A timer runs after the loop has told who waits for closed sockets, and before it hears of further ones. */
async function untilSocketsAreTold(): Promise<void> {
  await delay(0);
}
