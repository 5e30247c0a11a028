import type { AppError } from '@huidiao/errors';
import type { Logger, Metrics } from '@huidiao/runtime';

/** Told where each callback became durable, it says once when they begin to go to the inbox and once when they end. */
export interface InboxAlarm {
  /** @param why what kept Redis from taking it */
  inInbox(why: AppError): void;
  inRedis(): void;
}

export interface InboxAlarmOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** A clock in milliseconds; default performance.now. */
  readonly now?: () => number;
}

/** A Redis that fails now and then makes one pair of lines, not one for each change. */
const quietMs = 10_000;

/** @see InboxAlarm */
export function createInboxAlarm(options: InboxAlarmOptions): InboxAlarm {
  const { logger, metrics, now = () => performance.now() } = options;
  const gauge = metrics.gauge({
    name: 'huidiao_inbox_in_use',
    help: '1 while callbacks go to the inbox in MongoDB because Redis does not take them, 0 otherwise',
  });
  gauge.set(0);
  let use: { readonly since: number; lastAt: number; callbacks: number } | undefined;
  return {
    inInbox({ code }) {
      if (use === undefined) {
        use = { since: now(), lastAt: 0, callbacks: 0 };
        gauge.set(1);
        logger.error({ event: 'inbox.in_use', alarm: 'inbox-in-use', errorCode: code }, 'inbox.in_use');
      }
      use.lastAt = now();
      use.callbacks += 1;
    },
    inRedis() {
      if (use === undefined || now() - use.lastAt < quietMs) return;
      const { callbacks, since, lastAt } = use;
      use = undefined;
      gauge.set(0);
      const durationMs = Math.round(lastAt - since);
      logger.info({ event: 'inbox.out_of_use', callbacks, durationMs }, 'inbox.out_of_use');
    },
  };
}
