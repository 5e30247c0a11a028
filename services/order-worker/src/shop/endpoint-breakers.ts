import { type Breaker, type BreakerOptions, createBreaker } from '@huidiao/runtime';

/** A breaker for each of the addresses that something is posted to: one that is down slows down no other. */
export interface EndpointBreakers<A extends unknown[], R> {
  /**
   * The breaker of an address. `name` says whose it is and stays; what is known of an address ends when its url is
   * another one, as after the merchants file was read again.
   */
  of(name: string, url: string): Breaker<A, R>;
  close(): void;
}

export function createEndpointBreakers<A extends unknown[], R>(
  options: Omit<BreakerOptions<A, R>, 'name'>,
): EndpointBreakers<A, R> {
  const made = new Map<string, { readonly url: string; readonly breaker: Breaker<A, R> }>();
  return {
    of(name, url) {
      const existing = made.get(name);
      if (existing?.url === url) return existing.breaker;
      existing?.breaker.close();
      const breaker = createBreaker({ ...options, name });
      made.set(name, { url, breaker });
      return breaker;
    },
    close() {
      for (const { breaker } of made.values()) breaker.close();
    },
  };
}
