import { createLogger, type Logger } from '../src/logger.ts';

export type LogLine = Readonly<Record<string, unknown>>;

/** A logger whose lines can be looked at. */
export function createCapturedLogger(level = 'trace'): { logger: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line));
  return { logger: createLogger({ service: 'test', level }, { write }), lines };
}
