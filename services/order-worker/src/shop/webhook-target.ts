import { lookup as dnsLookup, type LookupOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AppError, type ErrorKind } from '@huidiao/errors';

/**
 * Networks that a webhook must not reach unless the operator allows it: a merchant's webhook_url would
 * otherwise be a way into ours. Special-purpose registries: https://www.iana.org/assignments/iana-ipv4-special-registry
 * and https://www.iana.org/assignments/iana-ipv6-special-registry.
 */
const forbidden = new BlockList(); // IPv4 rules also match IPv4-mapped IPv6 addresses
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  forbidden.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  forbidden.addSubnet(network, prefix, 'ipv6');
}

/** Whether an IP address lies in a private, loopback, link-local or otherwise special network. */
export function isForbiddenAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  return forbidden.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** @throws AppError SHOP_TARGET_FORBIDDEN when the URL names a forbidden address itself, without any name to look up. */
export function assertTargetAllowed(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isForbiddenAddress(host)) throw forbiddenTarget(url.hostname, 'permanent');
}

/**
 * A `lookup` for node:http that fails when the name leads to a forbidden address. The check is made on the very
 * addresses that the socket then connects to, so a name that changes its mind between check and use gains nothing.
 * The failure is transient: one wrong answer of a name server must not end an order.
 */
export const guardedLookup: LookupFunction = (hostname, options: LookupOptions, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const [first] = addresses;
    if (first === undefined || addresses.some((entry) => isForbiddenAddress(entry.address))) {
      return callback(forbiddenTarget(hostname, 'transient'), '', 0);
    }
    if (options.all) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};

function forbiddenTarget(host: string, kind: ErrorKind): AppError & NodeJS.ErrnoException {
  return new AppError('SHOP_TARGET_FORBIDDEN', { kind, details: { host } });
}
