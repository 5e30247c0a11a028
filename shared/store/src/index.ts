export type { AcceptOptions } from './accept-order.ts';
export type { ApiKeyStore, AuthenticatedKey } from './api-key-store.ts';
export type { CallbackRecord, CallbackStore, LedgerEntry } from './callback-store.ts';
export type { ClaimOptions, DueEffect } from './claim-due-effects.ts';
export type * from './dead-letter.ts';
export { dropTestDatabase } from './drop-test-database.ts';
export type { EpochStore } from './epoch-store.ts';
export type { InboxClaimOptions, InboxJob, InboxRow, InboxStore } from './inbox-store.ts';
export type {
  Message,
  MessageFacts,
  MessageState,
  MessageStore,
  NewMessage,
  SettledState,
} from './message-store.ts';
export type * from './order.ts';
export type { OrderStore } from './order-store.ts';
export type { PayOptions } from './pay-order.ts';
export type { QueryClaimOptions, QueryResult } from './query-orders.ts';
export type { Registration } from './register-order.ts';
export { createStore, type Store, type StoreOptions } from './store.ts';
export type { SweepOptions } from './sweep-orders.ts';
export type { TurnRequest, TurnStore } from './turn-store.ts';
export { untilMigrated } from './until-migrated.ts';
export { type ResultStores, withResultsRecorded } from './with-results-recorded.ts';
