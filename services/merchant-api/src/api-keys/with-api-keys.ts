import { createLogger, createMetrics } from '@huidiao/runtime';
import { type ApiKeyStore, createStore } from '@huidiao/store';

/** Opens the collection of API keys for as long as `use` takes. Warnings go to standard error. */
export async function withApiKeys<R>(uri: string, use: (apiKeys: ApiKeyStore) => Promise<R>): Promise<R> {
  const service = 'api-keys';
  const store = createStore({
    uri,
    logger: createLogger({ service, level: 'warn' }, process.stderr),
    metrics: createMetrics({ service }),
  });
  try {
    return await use(store.apiKeys);
  } finally {
    await store.close();
  }
}
