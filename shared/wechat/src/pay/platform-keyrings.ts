import { type Clock, type Merchant, systemClock } from '@huidiao/contracts';
import type { LiveDirectory, Logger, Metrics, PerObject, Timers } from '@huidiao/runtime';
import { createHttpAgents } from '../http/http-agents.ts';
import { measureRequest } from '../http/measure-request.ts';
import { createPayCaller } from './create-pay-caller.ts';
import { downloadCertificates } from './download-certificates.ts';
import { createPlatformKeyring, type PlatformKeyring } from './platform-keyring.ts';
import { createTurnstile } from './turnstile.ts';

/** The keyrings of all merchants of one process, for whatever verifies in it. */
export interface PlatformKeyrings {
  /** The one of this merchant. What verifies callbacks and what verifies answers take the same. */
  readonly of: PerObject<Merchant, PlatformKeyring>;
  /**
   * Resolves when each merchant whose certificates are downloaded has had its first answer, or failure, or when the
   * time is up: before that, what a certificate signed does not verify.
   */
  untilDownloaded(limitMs: number): Promise<void>;
  close(): void;
}

export interface PlatformKeyringsOptions {
  /** Not closed here. */
  readonly directory: LiveDirectory;
  /** https://api.mch.weixin.qq.com */
  readonly baseUrl: string;
  /** Of one download; default 5 s. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  readonly timers?: Timers;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A thousand merchants are through in a minute or less, and nobody else waits for a connection. */
const mostDownloadsAtOnce = 4;

/**
 * Makes a keyring for each merchant of the directory, now and whenever it changes. A merchant whose entry changed goes
 * on with the certificates that it has.
 *
 * @throws AppError CONFIG_INVALID on keys that cannot be used
 */
export function createPlatformKeyrings(options: PlatformKeyringsOptions): PlatformKeyrings {
  const { directory, baseUrl, timeoutMs = 5_000, clock = systemClock, metrics } = options;
  const agents = createHttpAgents();
  const turnstile = createTurnstile(mostDownloadsAtOnce);
  const open = new Set<PlatformKeyring>();
  const of = directory.perObject<Merchant, PlatformKeyring>({
    make(merchant, before) {
      before?.close();
      const apiV3Keys = [merchant.apiV3Key, merchant.apiV3KeyPrevious].filter((key) => key !== undefined);
      const keyring = createPlatformKeyring({
        ...options,
        merchant,
        turnstile,
        legacy: before?.legacy,
        download: (keys) => {
          const caller = createPayCaller({ merchant, keys, baseUrl, timeoutMs, clock, agents });
          return measureRequest(metrics, 'download-certificates', () =>
            downloadCertificates(caller, apiV3Keys),
          );
        },
      });
      open.add(keyring);
      return keyring;
    },
    release(keyring, { mchId }) {
      keyring.close();
      open.delete(keyring);
      if (!directory.merchants.has(mchId)) keyring.forget();
    },
  });
  const makeAll = () => [...directory.merchants.values()].map(of);
  makeAll();
  const unfollow = directory.onChange(makeAll);

  return {
    of,
    async untilDownloaded(limitMs) {
      const downloaded = Promise.all(makeAll().map((keyring) => keyring.firstRefresh));
      await withinLimit(downloaded, limitMs);
    },
    close() {
      unfollow();
      for (const keyring of open) keyring.close();
      agents.close();
    },
  };
}

async function withinLimit(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
