import type { Logger } from '@huidiao/runtime';
import type { RequestHandler } from 'express';

/**
 * Says once that a proxy stands before us which TRUSTED_PROXIES does not count: every caller then has the proxy's
 * address, and the rates of addresses are shared by all of them.
 */
export function noticeProxy(trustedProxies: number, logger: Logger): RequestHandler {
  let isSaid = trustedProxies > 0;
  return (req, _res, next) => {
    if (!isSaid && req.headers['x-forwarded-for'] !== undefined) {
      isSaid = true;
      logger.warn(
        { event: 'proxy.not_counted', alarm: 'proxy-not-counted' },
        'A request came through a proxy (X-Forwarded-For), but TRUSTED_PROXIES is 0: all callers behind it share the ' +
          'rates of one address. Set TRUSTED_PROXIES to the number of proxies before merchant-api.',
      );
    }
    next();
  };
}
