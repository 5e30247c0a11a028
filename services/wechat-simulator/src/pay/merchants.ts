import { createPublicKey, type KeyObject } from 'node:crypto';
import type { SimulatedMerchant } from '../settings.ts';

/** A merchant with its public key parsed once. */
export interface KnownMerchant extends SimulatedMerchant {
  readonly publicKey: KeyObject;
}

export type Merchants = ReadonlyMap<string, KnownMerchant>;

/** The merchants by their mchid. Throws where a public key does not parse. */
export function createMerchants(merchants: readonly SimulatedMerchant[]): Merchants {
  return new Map(
    merchants.map((merchant) => [
      merchant.mchId,
      { ...merchant, publicKey: createPublicKey(merchant.merchantPublicKeyPem) },
    ]),
  );
}
