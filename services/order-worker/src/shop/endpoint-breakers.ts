import { type Clock, systemClock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { type BreakerOptions, createBreaker } from '@huidiao/runtime';
import { createEndpointPause } from './endpoint-pause.ts';
import { createEndpointWatch } from './endpoint-watch.ts';

/**
 * A breaker for each of the addresses that something is posted to: one that is down slows down no other. One that says
 * it is gone is left alone for a while, and people are told of one that takes nothing.
 */
export interface EndpointBreakers<A extends unknown[], R> {
  /**
   * The breaker of an address. `name` says whose it is and stays; what is known of an address ends when its url is
   * another one, as after the merchants file was read again.
   */
  of(name: string, url: string): EndpointBreaker<A, R>;
  close(): void;
}

export interface EndpointBreaker<A extends unknown[], R> {
  /** Calls the action and gives what it gives. @throws AppError(openCode) without calling while it pauses. */
  fire(...args: A): Promise<R>;
}

interface EndpointBreakersOptions<A extends unknown[], R> extends Omit<BreakerOptions<A, R>, 'name'> {
  /** For tests; the breakers' own time is the machine's. */
  readonly clock?: Clock;
}

interface Endpoint<A extends unknown[], R> extends EndpointBreaker<A, R> {
  readonly url: string;
  close(): void;
}

/** @see EndpointBreakers */
export function createEndpointBreakers<A extends unknown[], R>(
  options: EndpointBreakersOptions<A, R>,
): EndpointBreakers<A, R> {
  const made = new Map<string, Endpoint<A, R>>();
  return {
    of(name, url) {
      const existing = made.get(name);
      if (existing?.url === url) return existing;
      existing?.close();
      const endpoint = createEndpoint(options, name, url);
      made.set(name, endpoint);
      return endpoint;
    },
    close() {
      for (const endpoint of made.values()) endpoint.close();
    },
  };
}

function createEndpoint<A extends unknown[], R>(
  { clock = systemClock, action, ...options }: EndpointBreakersOptions<A, R>,
  name: string,
  url: string,
): Endpoint<A, R> {
  const { logger, metrics, openCode } = options;
  const pause = createEndpointPause({
    clock,
    turnAway: (retryAfterMs) =>
      new AppError(openCode, { retryAfterMs, details: { breaker: name, reason: 'gone' } }),
  });
  const watch = createEndpointWatch({ name, url, clock, isLeftAlone: () => pause.isPaused, logger, metrics });
  const breaker = createBreaker({
    ...options,
    name,
    action: (...args: A) => watch.around(() => pause.note(() => action(...args))),
  });
  return {
    url,
    fire: (...args) => pause.run(() => breaker.fire(...args)),
    close: () => breaker.close(),
  };
}
