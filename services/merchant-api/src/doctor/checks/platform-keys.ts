import { X509Certificate } from 'node:crypto';
import type { Merchant } from '@huidiao/contracts';
import { judgeExpiry } from '../certificate-days.ts';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { ofMerchants } from '../site.ts';

const platform = '商户平台 → 账户中心 → API安全';

export const platformKeysCheck: Check = {
  name: 'platform-keys',
  title: '微信支付公钥 and 微信支付平台证书: their ids, and when they end',
  settings: ['wechatpay_public_keys', 'platform_certificates'],
  asksOthers: false,
  run: (site) =>
    ofMerchants(site, (merchant, at) => [
      ...listPublicKeys(merchant, at),
      ...judgeCertificates(merchant, at, site.clock.now()),
    ]),
};

function listPublicKeys({ wechatpayPublicKeys: keys }: Merchant, at: string): Finding[] {
  const ids = keys.map(({ id }) => id).join(', ');
  const listed: Finding = { level: 'ok', says: `微信支付公钥 ${ids}, which has no end` };
  const twins = keys.filter(({ pem }, index) => keys.findIndex((other) => other.pem === pem) < index);
  const copied = twins.map(
    ({ id }): Finding => ({
      level: 'problem',
      says: `the 微信支付公钥 ${id} is the same key as another one under another id`,
      where: `${at}.wechatpay_public_keys`,
      todo: [`download the one of each id at ${platform} → 微信支付公钥`],
    }),
  );
  return keys.length === 0 ? [] : [listed, ...copied];
}

/** One that ends is no trouble while another key is there: WeChat Pay goes over by itself. */
function judgeCertificates(merchant: Merchant, at: string, now: Date): Finding[] {
  const { platformCertificatePems, downloadsCertificates, wechatpayPublicKeys } = merchant;
  if (downloadsCertificates) {
    return [{ level: 'ok', says: '微信支付平台证书 are downloaded and renewed by themselves' }];
  }
  const judged = platformCertificatePems.map((pem, index) => {
    const certificate = new X509Certificate(pem);
    return { index, certificate, ...judgeExpiry(new Date(certificate.validTo), now) };
  });
  const hasOther = wechatpayPublicKeys.length > 0 || judged.some(({ level }) => level === 'ok');
  return judged.map(({ index, certificate, level, says }) => ({
    level: level === 'problem' && hasOther ? 'warning' : level,
    says: `微信支付平台证书 ${certificate.serialNumber} ${says}`,
    where: `${at}.platform_certificates[${index}]`,
    ...(level === 'ok' ? {} : { todo: renewal }),
  }));
}

const renewal = [
  'set platform_certificates to "auto", which downloads the next one by itself',
  `or go over to 微信支付公钥 at ${platform}, and name it in wechatpay_public_keys`,
];
