import type { Service } from '@huidiao/runtime';
import { createStore, type Store } from './store.ts';

/** What openStore takes of a service. */
export type StoreOwner = Pick<
  Service<{ readonly mongo: { readonly uri: string } }>,
  'config' | 'clock' | 'logger' | 'metrics' | 'keep'
>;

/** Where a service wants others than those of createStore, in milliseconds. */
export interface StoreLimits {
  readonly selectionTimeoutMs?: number | undefined;
  readonly socketTimeoutMs?: number | undefined;
}

/** The store of a service, which closes it when it drains. MongoDB being away is no reason to fail; see createStore. */
export function openStore(service: StoreOwner, limits: StoreLimits = {}): Store {
  const { config, clock, logger, metrics, keep } = service;
  const { selectionTimeoutMs, socketTimeoutMs } = limits;
  const store = createStore({
    uri: config.mongo.uri,
    ...(selectionTimeoutMs !== undefined && { selectionTimeoutMs }),
    ...(socketTimeoutMs !== undefined && { socketTimeoutMs }),
    clock,
    logger,
    metrics,
  });
  return keep('store', store);
}
