import { type Clock, systemClock } from '@huidiao/contracts';
import type { Logger, Metrics } from '@huidiao/runtime';
import { type ApiKeyStore, createApiKeyStore } from './api-key-store.ts';
import { assertMigrated } from './assert-migrated.ts';
import { type BillDayStore, createBillDayStore } from './bill-day-store.ts';
import { type BillOrderStore, createBillOrderStore } from './bill-orders.ts';
import { type CallbackStore, createCallbackStore } from './callback-store.ts';
import { type CombinedOrderStore, createCombinedOrderStore } from './combined-order-store.ts';
import { createStoreConnection, type StoreConnection, type StoreConnectionOptions } from './connection.ts';
import type { ConsentStore } from './consent.ts';
import { createConsentStore } from './consent-store.ts';
import type { DeadLetterStore } from './dead-letter.ts';
import { createDeadLetterStore } from './dead-letter-store.ts';
import { describeServer, type ServerDescription } from './describe-server.ts';
import { createEpochStore, type EpochStore } from './epoch-store.ts';
import { createInboxStore, type InboxStore } from './inbox-store.ts';
import { createMessageStore, type MessageStore } from './message-store.ts';
import { migrate } from './migrate.ts';
import { createOrderStore, type OrderStore } from './order-store.ts';
import { createSessionStore, type SessionStore } from './session-store.ts';
import { createTurnStore, type TurnStore } from './turn-store.ts';
import type { UserStore } from './user.ts';
import { createUserDataStore, type UserDataStore } from './user-data.ts';
import { createUserStore } from './user-store.ts';
import { createWaitingJobStore, type WaitingJobStore } from './waiting-job-store.ts';
import { within } from './within.ts';

export interface StoreOptions {
  /** A MongoDB connection string. Without a database name the rows go to `huidiao`. */
  uri: string;
  logger: Logger;
  metrics: Metrics;
  clock?: Clock;
  /** How long an operation looks for a server that takes writes; default 3 s. */
  selectionTimeoutMs?: number;
  /** How long a server may take to answer a command; default 5 s. */
  socketTimeoutMs?: number;
  /** How many connections are kept open although nobody needs them, at most 50; default none. */
  warmConnections?: number;
  /** How long MongoDB may be away before the driver's client is replaced, which may be stuck; default 10 s. */
  renewAfterMs?: number;
  /** How long the ledger keeps a callback after it came for the last time; default 30 days. */
  callbackRetentionMs?: number;
}

/**
 * Everything that is kept in MongoDB. All operations end within `selectionTimeoutMs` twice and `socketTimeoutMs`
 * together, and throw AppError STORE_UNAVAILABLE when MongoDB is away or silent; a write may then have happened.
 * Needs no transactions, so a single server will do.
 */
export interface Store {
  readonly orders: OrderStore;
  readonly combinedOrders: CombinedOrderStore;
  readonly callbacks: CallbackStore;
  readonly messages: MessageStore;
  readonly consents: ConsentStore;
  readonly sessions: SessionStore;
  readonly users: UserStore;
  readonly userData: UserDataStore;
  readonly deadLetters: DeadLetterStore;
  readonly apiKeys: ApiKeyStore;
  readonly inbox: InboxStore;
  readonly waitingJobs: WaitingJobStore;
  readonly epochs: EpochStore;
  readonly turns: TurnStore;
  readonly billDays: BillDayStore;
  readonly billOrders: BillOrderStore;
  /** Whether MongoDB answers within 2 s. Never throws. */
  isReady(): Promise<boolean>;
  /** See describeServer. */
  describeServer(): Promise<ServerDescription>;
  /** See migrate. */
  migrate(): Promise<string[]>;
  /** See assertMigrated. */
  assertMigrated(): Promise<void>;
  /** Ends within 3 s, whether MongoDB answers or not. */
  close(): Promise<void>;
}

const readyLimitMs = 2_000;
const dayMs = 24 * 60 * 60 * 1_000;

/**
 * Makes a store with a connection of its own and returns at once. MongoDB being away is no reason to fail: it is
 * tried again in the background until `close`.
 * @throws AppError CONFIG_INVALID when the URI is not one
 */
export function createStore(options: StoreOptions): Store {
  const clock = options.clock ?? systemClock;
  const connectionOptions: StoreConnectionOptions = {
    uri: options.uri,
    logger: options.logger,
    metrics: options.metrics,
    selectionTimeoutMs: options.selectionTimeoutMs ?? 3_000,
    socketTimeoutMs: options.socketTimeoutMs ?? 5_000,
    warmConnections: options.warmConnections,
    renewAfterMs: options.renewAfterMs,
  };
  const connection = createStoreConnection(connectionOptions);
  const orders = createOrderStore(connection, clock);
  const messages = createMessageStore(connection, clock);
  const consents = createConsentStore(connection, clock);
  const sessions = createSessionStore(connection, clock);
  const users = createUserStore(connection, clock);
  return {
    orders,
    combinedOrders: createCombinedOrderStore(connection, clock),
    callbacks: createCallbackStore(connection, options.callbackRetentionMs ?? 30 * dayMs),
    messages,
    consents,
    sessions,
    users,
    userData: createUserDataStore({ orders, messages, consents, sessions, users }),
    deadLetters: createDeadLetterStore(connection, clock),
    apiKeys: createApiKeyStore(connection, clock),
    inbox: createInboxStore(connection, clock),
    waitingJobs: createWaitingJobStore(connection, clock),
    epochs: createEpochStore(connection, clock),
    turns: createTurnStore(connection),
    billDays: createBillDayStore(connection, clock),
    billOrders: createBillOrderStore(connection),
    isReady: () => isReady(connection),
    describeServer: () => describeServer(connection),
    migrate: () => migrate(connectionOptions),
    assertMigrated: () => assertMigrated(connection, options.logger),
    close: () => connection.close(),
  };
}

async function isReady(connection: StoreConnection): Promise<boolean> {
  const ping = connection.run('store.ping', async (database) => database.command({ ping: 1 }));
  try {
    await within(readyLimitMs, ping, () => new Error('no answer in time'));
    return true;
  } catch {
    return false;
  }
}
