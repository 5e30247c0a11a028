import { Writable } from 'node:stream';
import { createLogger, createMetrics } from '@huidiao/runtime';

/** A logger and metrics whose output a test can read. */
export function createObservers() {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return {
    lines,
    logger: createLogger({ service: 'test', level: 'debug' }, destination),
    metrics: createMetrics({ service: 'test' }),
  };
}
