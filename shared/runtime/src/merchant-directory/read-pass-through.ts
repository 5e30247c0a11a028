import type { MerchantConfig, PassThrough } from '@huidiao/contracts';

/** One entry of `pass_through`, which names no secret. */
export function toPassThrough(config: MerchantConfig['pass_through'][number]): PassThrough {
  return {
    name: config.name,
    url: config.url,
    events: config.events,
    allowPrivateNetwork: config.allow_private_network,
    timeoutMs: config.timeout_ms,
  };
}
