import { pino } from 'pino';
import { redactFields, toErrorFields } from './redact-fields.ts';

export type Logger = pino.Logger;

/**
 * JSON lines on stdout, each with `time` (ISO 8601), `level` and `service`. Fields whose name says that they
 * hold a secret or personal data are blanked; that is the second line of defence, the first is not to log them.
 *
 * A wide line is written as `logger.info({ event: 'callback.received', … }, 'callback.received')`.
 */
export function createLogger(
  options: { readonly service: string; readonly level: string },
  destination?: pino.DestinationStream,
): Logger {
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: { service: options.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: redactFields },
    serializers: { err: toErrorFields, error: toErrorFields },
  };
  const logger: Logger = destination === undefined ? pino(settings) : pino(settings, destination);
  return withRedactedChildren(logger);
}

/** pino gives the fields of a child logger to no formatter; a child inherits this from its parent. */
function withRedactedChildren(logger: Logger): Logger {
  const { child } = logger;
  return Object.assign(logger, {
    child(this: Logger, fields: pino.Bindings, options?: pino.ChildLoggerOptions): Logger {
      return Reflect.apply(child, this, [redactFields(fields), options]);
    },
  });
}
