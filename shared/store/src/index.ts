export type { AcceptOptions } from './accept-order.ts';
export type { ApiKeyStore, AuthenticatedKey } from './api-key-store.ts';
export type { CallbackRecord, CallbackStore, LedgerEntry } from './callback-store.ts';
export type { ClaimOptions, DueEffect } from './claim-due-effects.ts';
export type { DeadLetterState, DeadLetterStore, StoredDeadLetter } from './dead-letter-store.ts';
export { dropTestDatabase } from './drop-test-database.ts';
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
export type { Registration } from './register-order.ts';
export { createStore, type Store, type StoreOptions } from './store.ts';
export { untilMigrated } from './until-migrated.ts';
export { type ResultStores, withResultsRecorded } from './with-results-recorded.ts';
