import type { Clock, Merchant } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import type { Logger, Metrics } from '@huidiao/runtime';
import type { PlatformCertificate } from './platform-certificate.ts';

/** Serial → certificate. */
export type CertificateMap = ReadonlyMap<string, PlatformCertificate>;

/** Says what became of the downloads of one merchant. */
export interface DownloadReport {
  downloaded(count: number, before: CertificateMap, after: CertificateMap): void;
  failed(error: unknown, failures: number, kept: CertificateMap): void;
  /** Takes the merchant out of the metric that says what it has. */
  forget(): void;
}

/** @see DownloadReport */
export function createDownloadReport(options: {
  readonly merchant: Merchant;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): DownloadReport {
  const { merchant, clock, logger, metrics } = options;
  const { mchId } = merchant;
  const configured = merchant.wechatpayPublicKeys.length + merchant.platformCertificatePems.length;
  const total = metrics.counter({
    name: 'huidiao_platform_certificate_downloads_total',
    help: 'Downloads of platform certificates (微信支付平台证书), by merchant and outcome: ok, none, or the error code',
    labelNames: ['mchid', 'outcome'],
  });
  const lastSuccess = metrics.gauge({
    name: 'huidiao_platform_certificate_last_download_timestamp_seconds',
    help: 'When the platform certificates of a merchant were last downloaded',
    labelNames: ['mchid'],
  });
  return {
    downloaded(count, before, after) {
      total.inc({ mchid: mchId, outcome: count === 0 ? 'none' : 'ok' });
      lastSuccess.set({ mchid: mchId }, clock.now().getTime() / 1_000);
      const added = [...after.keys()].filter((serial) => !before.has(serial));
      const ended = [...before.keys()].filter((serial) => !after.has(serial));
      if (added.length + ended.length > 0) {
        const event = 'platform_certificates.changed';
        logger.info({ event, mchId, added, ended, serials: [...after.keys()] }, event);
      }
      if (configured + after.size > 0) return;
      // Normal at WeChat Pay, but then the public key has to be configured: nothing verifies without a key.
      const event = 'platform_keys.none';
      logger.error({ event, alarm: 'no-platform-key', mchId }, event);
    },
    failed(failure, failures, kept) {
      const { code, kind, details } = toAppError(failure);
      total.inc({ mchid: mchId, outcome: code });
      const event = 'platform_certificates.download_failed';
      const facts = { mchId, errorCode: code, errorKind: kind, ...details, failures, kept: [...kept.keys()] };
      const level = configured + kept.size > 0 ? 'warn' : 'error';
      logger[level]({ event, alarm: 'platform-certificates', ...facts }, event);
    },
    forget: () => lastSuccess.remove({ mchid: mchId }),
  };
}
