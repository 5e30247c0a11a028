import type { App, Clock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { ShippingClient, ShippingFailure } from '@huidiao/wechat';

type Uploading = Pick<ShippingClient, 'upload' | 'findOrder'>;

/**
 * The same client, but for an app whose quota of one of the two calls is used up (45009, 45011) it does not call again
 * before it is filled: WeChat blocks an app that goes on, and each of thousands of jobs would find out by itself.
 */
export function withQuotaPauses(client: Uploading, clock: Clock): Uploading {
  const pausedUntil = new Map<string, number>();

  async function calling<R extends { readonly kind: string }>(
    name: keyof Uploading,
    { appId }: App,
    call: () => Promise<R | ShippingFailure>,
  ): Promise<R | ShippingFailure> {
    const key = `${name} ${appId}`;
    const leftMs = (pausedUntil.get(key) ?? 0) - clock.now().getTime();
    if (leftMs > 0) {
      const details = { appId, reason: 'quota_used_up' };
      return {
        kind: 'refused',
        error: new AppError('WECHAT_QUOTA_EXHAUSTED', { retryAfterMs: leftMs, details }),
      };
    }
    const result = await call();
    if ('error' in result && result.error.code === 'WECHAT_QUOTA_EXHAUSTED') {
      pausedUntil.set(key, clock.now().getTime() + (result.error.retryAfterMs ?? 0));
    }
    return result;
  }

  return {
    upload: (app, upload) => calling('upload', app, () => client.upload(app, upload)),
    findOrder: (app, transactionId) => calling('findOrder', app, () => client.findOrder(app, transactionId)),
  };
}
