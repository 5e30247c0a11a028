import { type Addresses, createAddresses } from './addresses.ts';
import { type BillBook, createBillBook } from './bill/bill-book.ts';
import { type BillDownloads, createBillDownloads } from './bill/bill-downloads.ts';
import { type BillHashes, createBillHashes } from './bill/bill-file.ts';
import { createSimulatedClock, type SimulatedClock } from './clock.ts';
import { createDelivery, type Delivery } from './delivery/delivery.ts';
import { createFaults, type Faults, noFaults } from './faults.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { type AccessTokenBook, createAccessTokenBook } from './mini-program/access-token-book.ts';
import { createMessageBook, type MessageBook } from './mini-program/message-book.ts';
import { createTradeBook, type TradeBook } from './mini-program/trades/trade-book.ts';
import { createUserBook, type UserBook } from './mini-program/user-book.ts';
import { type Balances, createBalances } from './pay/balances.ts';
import { createMerchants, type Merchants } from './pay/merchants.ts';
import { createOpenIds, type OpenIds } from './pay/open-ids.ts';
import { createOrderBook, type OrderBook } from './pay/order-book.ts';
import { createPlatformKeys, type PlatformKeys } from './pay/platform-keys.ts';
import { createRefundBook, type RefundBook } from './pay/refund-book.ts';
import { createRandom, type Random } from './random.ts';
import type { SimulatedApp, SimulatorSettings } from './settings.ts';

/** The whole state of one simulated WeChat. Nothing of it outlives the process. */
export interface Context {
  readonly settings: SimulatorSettings;
  readonly clock: SimulatedClock;
  readonly random: Random;
  readonly faults: Faults;
  readonly ledger: Ledger;
  readonly merchants: Merchants;
  readonly apps: ReadonlyMap<string, SimulatedApp>;
  readonly platformKeys: PlatformKeys;
  readonly orders: OrderBook;
  readonly refunds: RefundBook;
  readonly balances: Balances;
  readonly bills: BillBook;
  readonly billDownloads: BillDownloads;
  readonly billHashes: BillHashes;
  readonly openIds: OpenIds;
  readonly addresses: Addresses;
  readonly delivery: Delivery;
  readonly tokens: AccessTokenBook;
  readonly messages: MessageBook;
  readonly users: UserBook;
  readonly trades: TradeBook;
  /** Breaks off what is being sent and drops what is scheduled. */
  close(): Promise<void>;
}

/** Builds it from its settings; throws where a key does not parse. */
export function createContext(settings: SimulatorSettings): Context {
  const { platform } = settings;
  const clock = createSimulatedClock(settings.clockSpeed);
  const random = createRandom(settings.seed);
  const ledger = createLedger();
  const initialFaults = {
    ...noFaults,
    probe_share: settings.probeShare,
    variety: settings.variety,
    ...(platform.migrationShare !== undefined && { migration_share: platform.migrationShare }),
    ...(platform.serialSpelling !== undefined && { serial_spelling: platform.serialSpelling }),
  };
  const faults = createFaults(initialFaults, random);
  const merchants = createMerchants(settings.merchants);
  const platformKeys = createPlatformKeys(platform.mode ?? 'public_key', platform, random);
  const { answerLimitMs } = settings;
  const delivery = createDelivery({ clock, random, faults, ledger, answerLimitMs });
  const orders = createOrderBook();

  return {
    settings,
    clock,
    random,
    faults,
    ledger,
    merchants,
    apps: new Map(settings.apps.map((app) => [app.appId, app])),
    platformKeys,
    orders,
    refunds: createRefundBook(),
    balances: createBalances(),
    bills: createBillBook(),
    billDownloads: createBillDownloads(clock),
    billHashes: createBillHashes(),
    openIds: createOpenIds(),
    addresses: createAddresses(settings, orders),
    delivery,
    tokens: createAccessTokenBook(clock),
    messages: createMessageBook(),
    users: createUserBook(),
    trades: createTradeBook(settings.apps),
    close: async () => {
      delivery.close();
      await clock.close();
    },
  };
}
