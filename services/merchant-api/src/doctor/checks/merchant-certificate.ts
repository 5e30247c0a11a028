import type { Merchant } from '@huidiao/contracts';
import { judgeExpiry } from '../certificate-days.ts';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { isSameSerial } from '../identify-pem.ts';
import { type FoundCertificate, findMerchantCertificates } from '../merchant-certificates.ts';
import { ofMerchants, type Site } from '../site.ts';

export const merchantCertificateCheck: Check = {
  name: 'merchant-certificate',
  title: '商户API证书: that private key, certificate and serial belong together, and when it ends',
  settings: ['mchid', 'merchant_serial_no', 'merchant_private_key_file'],
  asksOthers: false,
  run: (site) =>
    ofMerchants(site, (merchant, at) => [
      ...judgeSharing(site, merchant, at),
      ...judgeCertificate(site, merchant, at),
    ]),
};

const platform = '商户平台 → 账户中心 → API安全 → 商户API证书';

/** Each merchant number has a certificate of its own. */
function judgeSharing({ merchants }: Site, merchant: Merchant, at: string): Finding[] {
  const others = [...(merchants?.directory?.merchants.values() ?? [])].filter((other) => other !== merchant);
  const sameSerial = others.find((other) => isSameSerial(other.merchantSerialNo, merchant.merchantSerialNo));
  const sameKey = others.find(
    (other) => other.merchantPrivateKeyPem.trim() === merchant.merchantPrivateKeyPem.trim(),
  );
  const other = sameSerial ?? sameKey;
  if (other === undefined) return [];
  const [what, key] =
    sameSerial === undefined
      ? ['private key', 'merchant_private_key_file']
      : ['serial', 'merchant_serial_no'];
  return [
    {
      level: 'warning',
      says: `it has the same ${what} as merchant ${other.mchId}, and each merchant number has its own 商户API证书`,
      where: `${at}.${key}`,
      todo: [`look at ${platform} of both, and mend the one that was copied`],
    },
  ];
}

function judgeCertificate({ merchants, clock }: Site, merchant: Merchant, at: string): Finding[] {
  const named = merchants?.pemFiles.find(({ key }) => key === `${at}.merchant_private_key_file`);
  const found = named === undefined ? [] : findMerchantCertificates(merchant, named.path);
  const [first] = found;
  if (first === undefined) {
    const says = 'apiclient_cert.pem does not lie beside the private key, so that its end cannot be told';
    return [{ level: 'skipped', says, where: `${platform} shows it` }];
  }
  const own = found.find(({ certificate }) => isSerialOf(merchant, certificate)) ?? first;
  const wrong = judgeMatch(merchant, own, at);
  const expiry = judgeExpiry(new Date(own.certificate.validTo), clock.now());
  const ends: Finding = {
    level: expiry.level,
    says: `商户API证书 ${own.certificate.serialNumber} ${expiry.says}`,
    where: own.path,
    ...(expiry.level === 'ok' ? {} : { todo: renewal }),
  };
  return [...wrong, ends];
}

const renewal = [
  `make a new one at ${platform} (up to three are valid at a time)`,
  'put its key and serial into merchant_private_key_file and merchant_serial_no, and reload the services; then take the old one out',
];

function isSerialOf({ merchantSerialNo }: Merchant, { serialNumber }: { serialNumber: string }): boolean {
  return isSameSerial(serialNumber, merchantSerialNo);
}

function judgeMatch(
  merchant: Merchant,
  { path, certificate, fitsKey, mchId }: FoundCertificate,
  at: string,
): Finding[] {
  if (mchId !== undefined && mchId !== merchant.mchId) {
    return [
      {
        level: 'problem',
        says: `mchid is ${merchant.mchId}, but the certificate of its private key is that of merchant ${mchId}: WeChat Pay would refuse what it signs`,
        where: `${at}.mchid; the certificate is ${path}`,
        todo: [`write ${mchId} there, or name the apiclient_key.pem of merchant ${merchant.mchId}`],
      },
    ];
  }
  const hasSerial = isSerialOf(merchant, certificate);
  if (hasSerial && fitsKey) return [];
  if (!fitsKey) {
    return [
      {
        level: 'problem',
        says: `the private key is not that of ${path}: WeChat Pay would refuse what it signs`,
        where: `${at}.merchant_private_key_file`,
        todo: ['name the apiclient_key.pem that was made together with this apiclient_cert.pem'],
      },
    ];
  }
  return [
    {
      level: 'problem',
      says: `merchant_serial_no is ${merchant.merchantSerialNo}, but the certificate of its private key has ${certificate.serialNumber}`,
      where: `${at}.merchant_serial_no; the certificate is ${path}`,
      todo: [
        `write ${certificate.serialNumber} there, or name the private key that belongs to ${merchant.merchantSerialNo}`,
      ],
    },
  ];
}
