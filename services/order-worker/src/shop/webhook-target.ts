import { lookup as dnsLookup, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { AppError, type ErrorKind } from '@huidiao/errors';
import { isSpecialAddress, toBareHost } from '@huidiao/runtime';

/**
 * A webhook must not reach a private or otherwise special network unless the operator allows it: a merchant's
 * webhook_url would be a way into ours.
 * @throws AppError SHOP_TARGET_FORBIDDEN when the URL names such an address itself, without any name to look up
 */
export function assertTargetAllowed(url: URL): void {
  const host = toBareHost(url);
  if (isIP(host) !== 0 && isSpecialAddress(host)) throw forbiddenTarget(url.hostname, 'permanent');
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
    if (first === undefined || addresses.some((entry) => isSpecialAddress(entry.address))) {
      return callback(forbiddenTarget(hostname, 'transient'), '', 0);
    }
    if (options.all) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};

function forbiddenTarget(host: string, kind: ErrorKind): AppError & NodeJS.ErrnoException {
  return new AppError('SHOP_TARGET_FORBIDDEN', { kind, details: { host } });
}
