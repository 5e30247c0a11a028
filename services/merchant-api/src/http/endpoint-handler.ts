import type { Endpoint, EndpointAnswer, EndpointInput, Merchant, MerchantApi } from '@huidiao/contracts';
import type { Problem } from './problem.ts';
import type { RequestFacts } from './request-facts.ts';

/** Who calls: a merchant's server, or a user of one of its apps with the token of a session. */
export type Caller =
  | { readonly kind: 'api_key'; readonly merchant: Merchant; readonly keyId: string }
  | {
      readonly kind: 'session';
      readonly merchant: Merchant;
      readonly appId: string;
      readonly openId: string;
      readonly sessionId: string;
    };

/** Whom an endpoint may be called by, as a handler sees it; `undefined` is nobody in particular. */
export type CallerOf<E extends Endpoint> =
  | Extract<Caller, { kind: E['auth'][number] }>
  | ('nobody' extends E['auth'][number] ? undefined : never);

export interface EndpointRequest<E extends Endpoint> extends EndpointInput<E> {
  readonly caller: CallerOf<E>;
  /** The address that the request came from. */
  readonly remoteAddress: string;
  /** What the log line of the request will say; a handler adds what it learns. */
  readonly facts: RequestFacts;
}

/** A good answer, or a problem. */
export type EndpointReply<E extends Endpoint> =
  | (EndpointAnswer<E> & { readonly headers?: Readonly<Record<string, string>> })
  | { readonly problem: Problem };

export type EndpointHandler<E extends Endpoint> = (request: EndpointRequest<E>) => Promise<EndpointReply<E>>;

/** Handlers of some operations of the catalogue, by their names. */
export type Handlers<N extends keyof MerchantApi> = { readonly [K in N]: EndpointHandler<MerchantApi[K]> };
