import { type Clock, type Merchant, systemClock } from '@huidiao/contracts';
import { type Logger, type Metrics, systemTimers, type Timers } from '@huidiao/runtime';
import { type CertificateMap, createDownloadReport } from './certificate-downloads.ts';
import { createExpiryWatch } from './certificate-expiry.ts';
import { createDueTimer } from './due-timer.ts';
import { type PlatformCertificate, parsePlatformCertificate, toKeyName } from './platform-certificate.ts';
import {
  createPlatformKeys,
  type EncryptionKeys,
  type PlatformKeys,
  toKeyKind,
  toLongestValid,
} from './platform-keys.ts';
import type { Turnstile } from './turnstile.ts';
import { createUnknownSerials } from './unknown-serials.ts';

/** The keys of one merchant, configured and downloaded: those that its configuration names, and those that come. */
export interface PlatformKeyring extends PlatformKeys, EncryptionKeys {
  /**
   * Downloads the certificates; joins a download that is under way. Resolves when it has ended, however. Does nothing
   * for a merchant whose certificates are not downloaded.
   */
  refresh(): Promise<void>;
  /** Resolves when the first download has ended, however; at once where the merchant has none. */
  readonly firstRefresh: Promise<void>;
  /** What the next keyring of the same merchant goes on with, when its configuration changes. */
  readonly legacy: KeyringLegacy;
  /** Takes the merchant out of the metrics that say what it has. */
  forget(): void;
  /** Ends its timer. What it has is still found. */
  close(): void;
}

export interface KeyringLegacy {
  readonly certificates: readonly PlatformCertificate[];
  /** When the last download began, in milliseconds since the epoch. */
  readonly downloadedAt: number;
}

export interface PlatformKeyringOptions {
  readonly merchant: Merchant;
  /** GET /v3/certificates, the answer verified with these keys or by itself; see downloadCertificates. */
  readonly download: (known: PlatformKeys) => Promise<readonly PlatformCertificate[]>;
  /** Where several merchants' downloads wait for one another. */
  readonly turnstile: Turnstile;
  readonly legacy?: KeyringLegacy | undefined;
  readonly clock?: Clock;
  readonly timers?: Timers;
  readonly random?: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** WeChat Pay asks for 12 hours at most; wechatpay-java takes an hour. Give or take a tenth. */
const refreshMs = 60 * 60_000;
/** Between two downloads, whatever is sent: the serial in a message is its sender's to choose. */
const leastMs = 60_000;

/**
 * Holds public keys and certificates side by side, in force as soon as they are here; what was downloaded is kept until
 * it expires. `find` answers from memory alone. A serial that nobody knows brings a download forward: at once, but a
 * minute after the last one at the earliest, however many such serials come.
 *
 * | a download      | the next one after               |
 * |---              |---                               |
 * | succeeded       | an hour                          |
 * | failed n times  | 1, 2, 4 … minutes, at most an hour |
 *
 * @throws AppError CONFIG_INVALID on configured keys that cannot be used
 */
export function createPlatformKeyring(options: PlatformKeyringOptions): PlatformKeyring {
  const { merchant, legacy, clock = systemClock, timers = systemTimers, random = Math.random } = options;
  const { mchId, downloadsCertificates } = merchant;
  const configured = createPlatformKeys(merchant);
  const configuredCertificates = merchant.platformCertificatePems.map(parsePlatformCertificate);
  const unknown = createUnknownSerials({ ...options, mchId, clock });
  const expiry = createExpiryWatch(mchId, options.logger, options.metrics);
  const report = createDownloadReport({ ...options, clock });
  const timer = createDueTimer({ clock, timers, longestMs: 2 * refreshMs }, () => void refresh());

  let downloaded = toMap(downloadsCertificates && legacy !== undefined ? legacy.certificates : []);
  let downloadedAt = legacy?.downloadedAt ?? Number.NEGATIVE_INFINITY;
  let failures = 0;
  let flight: Promise<void> | undefined;
  let closed = false;

  const nowMs = (): number => clock.now().getTime();
  const isInForce = ({ expiresAt }: PlatformCertificate): boolean => expiresAt.getTime() > nowMs();
  const known: PlatformKeys = {
    find(serial) {
      const key = configured.find(serial);
      if (key !== undefined) return key;
      const certificate = downloaded.get(toKeyName(serial));
      return certificate !== undefined && isInForce(certificate) ? certificate.key : undefined;
    },
  };

  async function download(): Promise<void> {
    if (closed) return;
    downloadedAt = nowMs();
    try {
      const certificates = await options.download(known);
      if (closed) return;
      failures = 0;
      const before = downloaded;
      downloaded = toMap([...before.values(), ...certificates].filter(isInForce));
      report.downloaded(certificates.length, before, downloaded);
    } catch (error) {
      if (closed) return;
      failures += 1;
      report.failed(error, failures, downloaded);
    }
  }

  async function refreshOnce(): Promise<void> {
    if (downloadsCertificates) await options.turnstile(download);
    if (closed) return;
    checkExpiry();
    const waitMs =
      failures === 0
        ? refreshMs * (0.9 + random() * 0.2)
        : Math.min(refreshMs, leastMs * 2 ** (failures - 1)) * (1 + random() * 0.1);
    timer.by(nowMs() + waitMs);
  }

  function refresh(): Promise<void> {
    flight ??= refreshOnce().finally(() => {
      flight = undefined;
    });
    return flight;
  }

  function checkExpiry(): void {
    expiry.check([...configuredCertificates, ...downloaded.values()], clock.now());
  }

  checkExpiry();
  const lacksFirst = downloadsCertificates && downloaded.size === 0;
  const firstRefresh = lacksFirst ? refresh() : Promise.resolve();
  const hasToLook = downloadsCertificates || configuredCertificates.length > 0;
  // Somewhere within the hour, for all merchants began together.
  if (hasToLook && !lacksFirst) timer.by(nowMs() + refreshMs * random());

  return {
    find(serial) {
      const key = known.find(serial);
      if (key !== undefined) return key;
      unknown.note(serial);
      // A public key cannot be downloaded, only be configured.
      if (downloadsCertificates && toKeyKind(serial) === 'certificate') {
        timer.by(Math.max(nowMs(), Math.min(downloadedAt, nowMs()) + leastMs));
      }
      return undefined;
    },
    encryptionKey() {
      if (merchant.wechatpayPublicKeys.length > 0) return configured.encryptionKey();
      return toLongestValid([...configuredCertificates, ...downloaded.values()].filter(isInForce));
    },
    refresh,
    firstRefresh,
    get legacy() {
      return { certificates: [...downloaded.values()], downloadedAt };
    },
    forget() {
      expiry.forget();
      report.forget();
    },
    close() {
      closed = true;
      timer.close();
    },
  };
}

function toMap(certificates: readonly PlatformCertificate[]): CertificateMap {
  return new Map(certificates.map((certificate) => [certificate.serial, certificate]));
}
