import { Writable } from 'node:stream';
import { createLogger, type Logger } from '@huidiao/runtime';

/** A logger for parts that tell of trouble by their log alone. Nothing of it is shown as it is. */
export interface HeardLog {
  readonly logger: Logger;
  /** The fields of the latest line about an event. */
  heard(event: string): Readonly<Record<string, unknown>> | undefined;
}

/** Hears `warn` and worse, and keeps every line for as long as it lives itself. */
export function createHeardLog(): HeardLog {
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return {
    logger: createLogger({ service: 'doctor', level: 'warn' }, destination),
    heard: (event) => lines.findLast((line) => line.event === event),
  };
}
