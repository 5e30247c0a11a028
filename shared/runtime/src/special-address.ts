import { BlockList, isIP } from 'node:net';

/**
 * Networks that nobody reaches over the internet: private, loopback, link-local, and those with another special purpose.
 * https://www.iana.org/assignments/iana-ipv4-special-registry and
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const specialNetworks = new BlockList(); // IPv4 rules also match IPv4-mapped IPv6 addresses
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
  specialNetworks.addSubnet(network, prefix, 'ipv4');
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
  specialNetworks.addSubnet(network, prefix, 'ipv6');
}

/** Whether an IP address lies in one of these networks; so does a text that is no IP address. */
export function isSpecialAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  return specialNetworks.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** The host of a URL, an IPv6 address without its brackets. */
export function toBareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}
