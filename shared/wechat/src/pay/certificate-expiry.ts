import type { Logger, Metrics } from '@huidiao/runtime';
import type { PlatformCertificate } from './platform-certificate.ts';

const dayMs = 24 * 60 * 60_000;

/** Looks after the certificates of one merchant, so that nobody finds out by callbacks that no longer verify. */
export interface ExpiryWatch {
  /** To be called now and then, and whenever the certificates change. */
  check(certificates: readonly PlatformCertificate[], now: Date): void;
  /** Takes the merchant out of the metric. */
  forget(): void;
}

/**
 * What is raised about a certificate, once a day:
 *
 * | it ends             | level |
 * |---                  |---    |
 * | in 30 days or less  | warn  |
 * | in 7 days or less   | error |
 * | ended               | error |
 *
 * Nothing, though, while another one lasts for more than 30 days: WeChat Pay makes the next certificate 210 days before
 * the end and goes over to it by itself
 * (https://pay.weixin.qq.com/docs/merchant/development/interface-rules/platform-certificate/update-and-maintenance.html).
 */
export function decideExpiryAlarm(expiresAt: Date, latest: Date, now: Date): 'warn' | 'error' | undefined {
  const daysLeft = (until: Date) => (until.getTime() - now.getTime()) / dayMs;
  if (daysLeft(expiresAt) > 30 || daysLeft(latest) > 30) return undefined;
  return daysLeft(expiresAt) > 7 ? 'warn' : 'error';
}

/** @see ExpiryWatch */
export function createExpiryWatch(mchId: string, logger: Logger, metrics: Metrics): ExpiryWatch {
  const gauge = metrics.gauge({
    name: 'huidiao_platform_certificate_expiry_timestamp_seconds',
    help: 'When the platform certificates (微信支付平台证书) of a merchant end: the first of them, and the last',
    labelNames: ['mchid', 'which'],
  });
  /** Serial and level → when it was last raised. */
  const raised = new Map<string, number>();

  function raise({ serial, expiresAt }: PlatformCertificate, level: 'warn' | 'error', now: Date): void {
    const key = `${serial} ${level}`;
    if (now.getTime() - (raised.get(key) ?? Number.NEGATIVE_INFINITY) < dayMs) return;
    raised.set(key, now.getTime());
    const daysLeft = Math.floor((expiresAt.getTime() - now.getTime()) / dayMs);
    const event = daysLeft < 0 ? 'platform_certificate.expired' : 'platform_certificate.expiring';
    logger[level]({ event, alarm: 'platform-certificate-expiry', mchId, serial, expiresAt, daysLeft }, event);
  }

  return {
    check(certificates, now) {
      const times = certificates.map(({ expiresAt }) => expiresAt.getTime());
      if (times.length === 0) return this.forget();
      const [first, last] = [Math.min(...times), Math.max(...times)];
      gauge.set({ mchid: mchId, which: 'first' }, first / 1_000);
      gauge.set({ mchid: mchId, which: 'last' }, last / 1_000);
      for (const certificate of certificates) {
        const level = decideExpiryAlarm(certificate.expiresAt, new Date(last), now);
        if (level !== undefined) raise(certificate, level, now);
      }
    },
    forget() {
      for (const which of ['first', 'last']) gauge.remove({ mchid: mchId, which });
    },
  };
}
