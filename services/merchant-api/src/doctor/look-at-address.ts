import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { isSpecialAddress, toBareHost } from '@huidiao/runtime';

/** What can be seen of an address without sending it anything. */
export type AddressLook =
  | {
      readonly kind: 'reached';
      /** Whether its name leads to a private or otherwise special address, as seen from here. */
      readonly isPrivate: boolean;
      /** Of its TLS certificate. */
      readonly expiresAt: Date | undefined;
    }
  /** The rest of a sentence that begins with the address. */
  | { readonly kind: 'failed'; readonly problem: string };

const limitMs = 5_000;

/** Looks up the name and connects; of https, the certificate must be good for TLS 1.2. Never rejects. */
export async function lookAtAddress(url: string): Promise<AddressLook> {
  const host = toBareHost(new URL(url));
  let isPrivate: boolean;
  try {
    const addresses = isIP(host) === 0 ? await lookup(host, { all: true }) : [{ address: host }];
    isPrivate = addresses.some(({ address }) => isSpecialAddress(address));
  } catch {
    return { kind: 'failed', problem: 'has no address in DNS' };
  }
  try {
    const expiresAt = await connectTo(new URL(url), host);
    return { kind: 'reached', isPrivate, expiresAt };
  } catch (error) {
    return { kind: 'failed', problem: toProblem(toCode(error)) };
  }
}

/** Gives when the certificate ends; undefined without TLS. */
async function connectTo({ protocol, port }: URL, host: string): Promise<Date | undefined> {
  if (protocol !== 'https:') {
    const socket = connectTcp({ host, port: Number(port || 80) });
    return whenConnected(socket, 'connect', () => undefined);
  }
  // The one that WeChat asks for; a server that has 1.3 alone is out of reach of older phones.
  const versions = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
  const servername = isIP(host) === 0 ? host : '';
  const socket = connectTls({ host, port: Number(port || 443), servername, ...versions });
  return whenConnected(socket, 'secureConnect', () => new Date(socket.getPeerCertificate().valid_to));
}

async function whenConnected<T>(socket: Socket, event: string, look: () => T): Promise<T> {
  try {
    await once(socket, event, { signal: AbortSignal.timeout(limitMs) });
    return look();
  } finally {
    socket.on('error', () => undefined);
    socket.destroy();
  }
}

function toCode(error: unknown): string {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded ? String(error.code) : 'no reason given';
}

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const problems: Readonly<Record<string, string>> = {
  ABORT_ERR: `did not answer within ${limitMs / 1_000} s`,
  ECONNREFUSED: 'refuses the connection: nothing listens there',
  ECONNRESET: 'cuts the connection off',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'has a TLS certificate without the ones between it and the root; serve the full chain',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'has a TLS certificate that does not lead to a known root; serve the full chain',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a TLS certificate that is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a TLS certificate of an authority that nobody knows',
  CERT_HAS_EXPIRED: 'has a TLS certificate that has expired',
  CERT_NOT_YET_VALID: 'has a TLS certificate that is not valid yet, or the clock here is wrong',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a TLS certificate for another name',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'does not speak TLS 1.2',
};

function toProblem(code: string): string {
  return problems[code] ?? `cannot be reached (${code})`;
}
