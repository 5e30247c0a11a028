import type { App } from './app.ts';
import type { Merchant } from './merchant.ts';

/** All merchants and apps of an installation, by their ids. */
export interface MerchantDirectory {
  readonly merchants: ReadonlyMap<string, Merchant>;
  readonly apps: ReadonlyMap<string, App>;
}
