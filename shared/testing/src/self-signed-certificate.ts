import { type KeyObject, sign } from 'node:crypto';

/** An X.509 certificate in PEM: node:crypto reads them but makes none. RFC 5280 §4.1, in DER by hand. */
export function toSelfSignedCertificate(
  keys: { publicKey: KeyObject; privateKey: KeyObject },
  of: { commonName: string; serial: string },
): string {
  const algorithm = der(0x30, Buffer.from('06092a864886f70d01010b0500', 'hex'));
  const name = der(0x30, der(0x31, der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, of.commonName))));
  const toBeSigned = der(
    0x30,
    Buffer.from('a003020102', 'hex'),
    der(0x02, Buffer.from(of.serial, 'hex')),
    algorithm,
    name,
    der(0x30, der(0x17, '240101000000Z'), der(0x17, '440101000000Z')),
    name,
    keys.publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', toBeSigned, keys.privateKey);
  const certificate = der(0x30, toBeSigned, algorithm, der(0x03, Buffer.from([0]), signature));
  const base64 = certificate.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...contents: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(contents.map((content) => Buffer.from(content as Buffer)));
  const size = body.length.toString(16).padStart(body.length > 255 ? 4 : 2, '0');
  const length = Buffer.from(body.length < 128 ? size : `8${size.length / 2}${size}`, 'hex');
  return Buffer.concat([Buffer.from([tag]), length, body]);
}
