import { createPrivateKey, type X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Merchant } from '@huidiao/contracts';
import { identifyPem, isPair } from './identify-pem.ts';

/** A 商户API证书 that lies beside the merchant's private key. */
export interface FoundCertificate {
  readonly path: string;
  readonly certificate: X509Certificate;
  /** Whether it is the other half of the merchant's private key. */
  readonly fitsKey: boolean;
  /** 商户号 of whom it names; undefined where it does not say. */
  readonly mchId: string | undefined;
}

const mostFiles = 200;
const mostBytes = 65_536;

/**
 * The merchant platform gives apiclient_cert.pem together with the key, and nothing here reads it: where it lies beside
 * the key it tells when the key ends, and whether the serial is its.
 */
export function findMerchantCertificates(merchant: Merchant, keyPath: string): readonly FoundCertificate[] {
  const key = createPrivateKey(merchant.merchantPrivateKeyPem);
  const folder = dirname(keyPath);
  return listFiles(folder).flatMap((name) => {
    const path = join(folder, name);
    const content = readSmall(path);
    if (content === undefined || !('certificate' in content)) return [];
    const { certificate } = content;
    const fitsKey = isPair(certificate.publicKey, key);
    const mchId = content.kind === 'merchant_certificate' ? content.mchId : undefined;
    return fitsKey || mchId === merchant.mchId ? [{ path, certificate, fitsKey, mchId }] : [];
  });
}

function listFiles(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => /\.(pem|crt|cer)$/i.test(name));
    return names.sort().slice(0, mostFiles);
  } catch {
    return [];
  }
}

function readSmall(path: string) {
  try {
    return statSync(path).size > mostBytes ? undefined : identifyPem(readFileSync(path));
  } catch {
    return undefined;
  }
}
