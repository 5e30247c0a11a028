import type { Clock } from '@huidiao/contracts';
import type { Logger, Metrics } from '@huidiao/runtime';
import { toKeyKind } from './platform-keys.ts';

/** Counts serials that name no key of one merchant, and says so at most once a minute. */
export interface UnknownSerials {
  note(serial: string): void;
}

const alarmMs = 60_000;

/** @see UnknownSerials */
export function createUnknownSerials(options: {
  readonly mchId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): UnknownSerials {
  const { mchId, clock, logger, metrics } = options;
  const total = metrics.counter({
    name: 'huidiao_unknown_serials_total',
    help: 'Messages of WeChat Pay, or forged ones, that name a key which the merchant does not have',
    labelNames: ['mchid', 'key_kind'],
  });
  let raisedAt = Number.NEGATIVE_INFINITY;
  let since = 0;
  return {
    note(serial) {
      const keyKind = toKeyKind(serial);
      total.inc({ mchid: mchId, key_kind: keyKind });
      since += 1;
      const now = clock.now().getTime();
      if (now - raisedAt < alarmMs) return;
      const event = 'platform_keys.serial_unknown';
      logger.warn({ event, alarm: 'unknown-serial', mchId, serial, keyKind, count: since }, event);
      raisedAt = now;
      since = 0;
    },
  };
}
