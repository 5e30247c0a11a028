import type { Clock, Lane, MerchantDirectory, NotedEventOf, NotedEventType } from '@huidiao/contracts';
import type { Producer } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import type { CallbackRecord, Store } from '@huidiao/store';

export interface EventDeps {
  readonly store: Pick<Store, 'orders' | 'callbacks' | 'messages' | 'consents' | 'userData'>;
  readonly producer: Pick<Producer, 'add'>;
  readonly directory: MerchantDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An event with what its job says of it. */
export interface ToldEvent<T extends NotedEventType> {
  readonly event: NotedEventOf<T>;
  readonly callbackKey: string;
  readonly requestId: string;
  readonly lane: Lane;
}

/** What the ledger says of an event once it was applied. */
export type Applied = Pick<CallbackRecord, 'outcome' | 'mchId' | 'outTradeNo' | 'counts'>;
