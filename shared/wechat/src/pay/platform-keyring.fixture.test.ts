import type { Clock, Merchant } from '@huidiao/contracts';
import type { Timers } from '@huidiao/runtime';
import { rsaKeysOf, toSelfSignedCertificate } from '@huidiao/testing';
import { createObservers } from '../http/observers.fixture.test.ts';
import { testMerchant, testNow } from './platform.fixture.test.ts';
import type { PlatformCertificate } from './platform-certificate.ts';
import { createPlatformKeyring, type PlatformKeyringOptions } from './platform-keyring.ts';
import { createTurnstile } from './turnstile.ts';

/** Time that passes when a test says so, with the timers that are due by then. */
export interface ManualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Lets time pass; each timer runs at its own time, and what it began goes on until it waits for something else. */
  pass(ms: number): Promise<void>;
  /** How many timers wait. */
  readonly waiting: number;
}

export function createManualTime(start: Date = testNow): ManualTime {
  let now = start.getTime();
  const due = new Set<{ at: number; run: () => void }>();
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    clock: { now: () => new Date(now) },
    timers: {
      after(ms, run) {
        const timer = { at: now + ms, run };
        due.add(timer);
        return () => void due.delete(timer);
      },
    },
    async pass(ms) {
      const until = now + ms;
      await settle();
      for (;;) {
        const [next] = [...due].sort((a, b) => a.at - b.at);
        if (next === undefined || next.at > until) break;
        now = Math.max(now, next.at);
        due.delete(next);
        next.run();
        await settle();
      }
      now = until;
      await settle();
    },
    get waiting() {
      return due.size;
    },
  };
}

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

const someKeys = rsaKeysOf('wechat-pay');
const someKey = someKeys.publicKey;

/** A certificate in PEM, with its serial; it ends at the beginning of 2044. */
export const certificateFile = {
  serial: '5157F09EFDC096DE15EBE81A47057A7232F1B8E2',
  pem: toSelfSignedCertificate(someKeys, {
    commonName: 'Tenpay.com sign',
    serial: '5157F09EFDC096DE15EBE81A47057A7232F1B8E2',
  }),
};

/** A certificate as a download gives it. */
export function certificate(serial: string, daysLeft = 5 * 365): PlatformCertificate {
  return { serial, key: someKey, expiresAt: new Date(testNow.getTime() + daysLeft * dayMs) };
}

/** A keyring of a merchant without configured keys, whose downloads the test answers. */
export function createRig(
  options: Partial<PlatformKeyringOptions> & {
    facts?: Partial<Merchant>;
    start?: Date;
    answer?: () => Promise<readonly PlatformCertificate[]>;
  } = {},
) {
  const time = createManualTime(options.start);
  const observers = createObservers();
  const downloads: Date[] = [];
  const rig = {
    /** What WeChat Pay has for the merchant, or why it says nothing. */
    answer: options.answer ?? (async (): Promise<readonly PlatformCertificate[]> => [certificate('A1')]),
  };
  const { facts, ...others } = options;
  const merchant: Merchant = {
    ...testMerchant,
    wechatpayPublicKeys: [],
    downloadsCertificates: true,
    ...facts,
  };
  const keyring = createPlatformKeyring({
    merchant,
    download: () => {
      downloads.push(time.clock.now());
      return rig.answer();
    },
    turnstile: createTurnstile(1),
    clock: time.clock,
    timers: time.timers,
    random: () => 0.5,
    logger: observers.logger,
    metrics: observers.metrics,
    ...others,
  });
  const linesOf = (event: string) =>
    observers.lines.map((line) => JSON.parse(line)).filter((line) => line.event === event);
  return Object.assign(rig, { ...observers, time, merchant, keyring, downloads, linesOf });
}

/** The value of one time series. */
export async function metricOf(metrics: PlatformKeyringOptions['metrics'], series: string): Promise<number> {
  const lines = (await metrics.registry.metrics()).split('\n');
  const found = lines.find((line) => line.startsWith(`${series} `));
  return Number(found?.slice(series.length));
}
