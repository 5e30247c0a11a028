import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomInt,
  X509Certificate,
} from 'node:crypto';
import type { Random } from '../random.ts';
import { createCertifiedKey, toPublicPem } from './platform-certificate.ts';

/**
 * What signs in WeChat Pay's name. `public_key`: the public key alone, as all newer merchants have it.
 * `certificate`: one platform certificate. `migration`: from certificate to public key, both in use.
 * `renewal`: an old and a new certificate, either at random.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012154180
 */
export type PlatformMode = 'public_key' | 'certificate' | 'migration' | 'renewal';

/** How a certificate's serial is spelled; receivers have to compare serials as numbers. */
export type SerialSpelling = 'as_issued' | 'lower_case' | 'leading_zeros';

/** 微信支付公钥 with its id and, here, the private half that WeChat keeps. */
export interface PublicKey {
  readonly id: string;
  readonly privateKeyPem: string;
}

/** 微信支付平台证书 with the private key that WeChat keeps. */
export interface Certificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** A key that signs, under the name that stands in Wechatpay-Serial. */
export interface SigningKey {
  readonly serial: string;
  readonly kind: 'public_key' | 'certificate';
  readonly privateKey: KeyObject;
}

/** What a merchant downloads from the merchant platform to verify with. */
export interface PublishedKeys {
  readonly publicKey: { readonly id: string; readonly pem: string } | undefined;
  readonly certificates: readonly { readonly serial: string; readonly pem: string }[];
}

export interface PlatformKeys {
  readonly mode: PlatformMode;
  /** As of now: it changes with `renew` and `retireOldest`. */
  readonly published: PublishedKeys;
  /** A further certificate is in force from now on: either signs, at random. Gives its serial. */
  renew(certificate?: Certificate): string;
  /** The certificate that has been there longest is in force no more. Throws where it is the only key. */
  retireOldest(): void;
  /** The key for one notification attempt; in `migration` the public key's share decides. */
  forNotification(migrationShare: number): SigningKey;
  /**
   * The key that a request asked for in its Wechatpay-Serial header, or the mode's own when it did not ask.
   * `undefined` for a serial that is none of ours: 400 INVALID_REQUEST.
   */
  forAnswer(askedSerial: string | undefined): SigningKey | undefined;
}

/** How many keys of each kind a mode needs. */
export const keysOfMode: Readonly<Record<PlatformMode, { publicKeys: number; certificates: number }>> = {
  public_key: { publicKeys: 1, certificates: 0 },
  certificate: { publicKeys: 0, certificates: 1 },
  migration: { publicKeys: 1, certificates: 1 },
  renewal: { publicKeys: 0, certificates: 2 },
};

/** Uses the keys given, makes those that the mode needs and that are missing (each takes about 0.1 s). */
export function createPlatformKeys(
  mode: PlatformMode,
  given: { publicKey?: PublicKey | undefined; certificates?: readonly Certificate[] | undefined },
  random: Random,
): PlatformKeys {
  const needed = keysOfMode[mode];
  const publicKey = needed.publicKeys > 0 ? (given.publicKey ?? makePublicKey()) : undefined;
  const certificates = Array.from(
    { length: needed.certificates },
    (_, index) => given.certificates?.[index] ?? makeCertificate(),
  );
  const publicSigner = publicKey && toPublicSigner(publicKey);
  const publicPem = publicKey && toPublicPem(createPublicKey(publicKey.privateKeyPem));
  let certificateSigners = certificates.map(toCertificateSigner);
  const signersNow = (): SigningKey[] => [...certificateSigners, ...(publicSigner ? [publicSigner] : [])];

  return {
    mode,
    get published() {
      return {
        publicKey: publicKey && publicPem ? { id: publicKey.id, pem: publicPem } : undefined,
        certificates: certificateSigners.map(({ serial, certificatePem }) => ({
          serial,
          pem: certificatePem,
        })),
      };
    },
    renew: (certificate = makeCertificate()) => {
      const signer = toCertificateSigner(certificate);
      certificateSigners = [...certificateSigners, signer];
      return signer.serial;
    },
    retireOldest: () => {
      if (signersNow().length < 2) throw new Error('a platform needs a key');
      certificateSigners = certificateSigners.slice(1);
    },
    forNotification: (migrationShare) => {
      if (mode !== 'migration') return random.pick(signersNow());
      const kind = random.happens(migrationShare) ? 'public_key' : 'certificate';
      return random.pick(signersNow().filter((signer) => signer.kind === kind));
    },
    forAnswer: (askedSerial) => {
      const signers = signersNow();
      if (askedSerial !== undefined) return signers.find((signer) => isSameSerial(signer, askedSerial));
      return random.pick(certificateSigners.length > 0 ? certificateSigners : signers);
    },
  };
}

/** The serial as it goes into the header. An id of a public key is exact text and never varies. */
export function spellSerial(key: SigningKey, spelling: SerialSpelling): string {
  if (key.kind === 'public_key' || spelling === 'as_issued') return key.serial;
  return spelling === 'lower_case' ? key.serial.toLowerCase() : `0000${key.serial}`;
}

function isSameSerial(key: SigningKey, asked: string): boolean {
  if (key.kind === 'public_key') return key.serial === asked;
  return /^[0-9A-Fa-f]{1,80}$/.test(asked) && BigInt(`0x${key.serial}`) === BigInt(`0x${asked}`);
}

/** A platform certificate with its key. */
export function makeCertificate(): Certificate {
  return createCertifiedKey('Tenpay.com simulated platform certificate');
}

/** A public key with an id of the usual form: 34 digits. */
export function makePublicKey(): PublicKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const digits = Array.from({ length: 34 }, () => randomInt(10)).join('');
  return {
    id: `PUB_KEY_ID_${digits}`,
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function toPublicSigner({ id, privateKeyPem }: PublicKey): SigningKey {
  return { serial: id, kind: 'public_key', privateKey: createPrivateKey(privateKeyPem) };
}

function toCertificateSigner({
  certificatePem,
  privateKeyPem,
}: Certificate): SigningKey & { readonly certificatePem: string } {
  return {
    serial: new X509Certificate(certificatePem).serialNumber,
    kind: 'certificate',
    privateKey: createPrivateKey(privateKeyPem),
    certificatePem,
  };
}
