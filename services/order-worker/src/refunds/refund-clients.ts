import type { Merchant } from '@huidiao/contracts';
import type { LiveDirectory, Logger, Metrics } from '@huidiao/runtime';
import {
  createPayClient,
  createPlatformKeyrings,
  type PayClient,
  type PlatformKeyrings,
} from '@huidiao/wechat';
import type { RefundMaker } from './refund-attempt.ts';
import type { RefundClient } from './refund-queries.ts';

/** WeChat Pay for each merchant, each with a breaker of its own. */
export interface RefundClients {
  of(merchant: Merchant): RefundClient & RefundMaker;
  close(): void;
}

export interface RefundClientsOptions {
  readonly directory: LiveDirectory;
  /** https://api.mch.weixin.qq.com */
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Made when they are needed, which is for refunds alone: nobody else's process downloads certificates for them. WeChat Pay compares the time in a request with its own, so their clock is never one of tests.
 */
export function createRefundClients(options: RefundClientsOptions): RefundClients {
  const { directory, ...shared } = options;
  let keyrings: PlatformKeyrings | undefined;
  const toKeys = (merchant: Merchant) => {
    keyrings ??= createPlatformKeyrings(options);
    return keyrings.of(merchant);
  };
  const of = directory.perObject<Merchant, PayClient>({
    make: (merchant) => createPayClient({ ...shared, merchant, keys: toKeys(merchant) }),
    release: (client) => client.close(),
  });
  return { of, close: () => keyrings?.close() };
}
