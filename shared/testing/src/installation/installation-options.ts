import type { App, Merchant, Shop as ShopSettings } from '@huidiao/contracts';
import type { MerchantApiOverrides } from '@huidiao/merchant-api';
import type { MessageWorkerOverrides } from '@huidiao/message-worker';
import type { OrderWorkerOverrides } from '@huidiao/order-worker';
import type { ReconcilerOverrides } from '@huidiao/reconciler';
import type { SimulatorSettings } from '@huidiao/wechat-simulator';

/** The services that an installation consists of. */
export type ServiceName = 'ingress' | 'merchant-api' | 'order-worker' | 'message-worker' | 'reconciler';

/** What can be set of an installation; whatever is left out is as in production, or as quick as tests like it. */
export interface InstallationOptions {
  /** Services that are not started. */
  readonly without?: readonly ServiceName[];
  readonly merchant?: Partial<Merchant>;
  readonly app?: Partial<App>;
  readonly shop?: Partial<ShopSettings>;
  readonly simulator?: Partial<SimulatorSettings>;
  readonly merchantApi?: MerchantApiOverrides;
  readonly orderWorker?: OrderWorkerOverrides;
  readonly messageWorker?: MessageWorkerOverrides;
  readonly reconciler?: ReconcilerOverrides;
  /** A database from testMongoUri, and the way to it that the services take; default: the same. */
  readonly mongo?: { readonly uri: string; readonly uriOfServices: string };
  /** A Redis of the test's own, which it may kill; default: that of the run. */
  readonly redisUrl?: string;
  /** How long an effect is left to the job that was added for it, before the reconciler adds one; default 10 s. */
  readonly effectGraceMs?: number;
}
