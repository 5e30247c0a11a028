import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Merchant } from '@huidiao/contracts';
import { createLogger, createMetrics, type Logger } from '@huidiao/runtime';
import type { BillProof, Order, Store } from '@huidiao/store';
import { createPayClient } from '@huidiao/wechat';
import { type SyntheticRows, toSyntheticRow } from '@huidiao/wechat-simulator';
import { createBillMetrics } from './bill-metrics.ts';
import { checkBill } from './check-bill.ts';

/** A long bill of synthetic payments, all of them ours, and each of them paid here. */
export interface LongBill {
  readonly merchant: Merchant;
  readonly billDate: string;
  readonly rows: SyntheticRows;
  readonly payUrl: string;
  readonly folder: string;
}

export interface LongBillResult {
  readonly proof: BillProof;
  readonly seconds: number;
  /** The most that its heap held, what nobody needs any more included, in MB. */
  readonly heapMb: number;
  /** What was live beyond what was before, when all of the bill and of ours had been read. */
  readonly liveMb: number;
  /** The most that its buffers held. */
  readonly buffersMb: number;
  /** The most memory that it had of the system. */
  readonly residentMb: number;
}

/** Checks it; what is measured is all of this process. */
export async function checkLongBill(bill: LongBill): Promise<LongBillResult> {
  const { merchant, billDate, payUrl, folder } = bill;
  const logger: Logger = createLogger({ service: 'test', level: 'silent' });
  const metrics = createMetrics({ service: 'test' });
  const client = createPayClient({ merchant, baseUrl: payUrl, timeoutMs: 120_000, logger, metrics });
  const most = { heapMb: 0, buffersMb: 0, residentMb: 0 };
  const timer = setInterval(() => {
    const { heapUsed, external, rss } = process.memoryUsage();
    most.heapMb = Math.max(most.heapMb, Math.round(heapUsed / 1e6));
    most.residentMb = Math.max(most.residentMb, Math.round(rss / 1e6));
    most.buffersMb = Math.max(most.buffersMb, Math.round(external / 1e6));
  }, 20);
  const liveBefore = measureLive();
  let liveMb = 0;
  const begun = performance.now();
  try {
    const deps = {
      store: toStore(bill, () => {
        liveMb = measureLive() - liveBefore;
      }),
      producer: { isReady: () => true, add: async () => {} },
      deadLetters: { store: async () => {} },
      clock: { now: () => new Date() },
      logger,
      metrics: createBillMetrics(metrics),
      pause: async () => {},
      signal: new AbortController().signal,
      leaseMs: 3_600_000,
      folder,
      mostBytes: 10_000_000_000,
      mostRows: 10_000_000,
    };
    const day = {
      mchId: merchant.mchId,
      billDate,
      state: 'running',
      runs: 1,
      failures: 0,
      rechecks: 0,
    } as const;
    const { proof } = await checkBill(deps, { merchant, client }, day);
    return { proof, seconds: Math.round(performance.now() - begun) / 1_000, liveMb, ...most };
  } finally {
    clearInterval(timer);
    client.close();
  }
}

/** In MB, after everything that nobody needs has gone. */
function measureLive(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  collectGarbage();
  return Math.round(process.memoryUsage().heapUsed / 1e5) / 10;
}

/** Our side of it, made page by page: what is measured is the check, not MongoDB. */
function toStore({ merchant, billDate, rows }: LongBill, onRead: () => void): Store {
  const { mchId } = merchant;
  const toOrder = (index: number) => {
    const { appId, outTradeNo, transactionId, totalFen } = toSyntheticRow(mchId, billDate, rows, index);
    const payment = { transactionId, tradeType: 'JSAPI', successTime: `${billDate}T12:00:00+08:00` };
    const facts = { outTradeNo, transactionId, amountFen: totalFen, payment };
    return { mchId, appId, ...facts, refunds: [], refundRequests: [] } as unknown as Order;
  };
  const billOrders = {
    async *walkPaid({ limit }: { limit: number }) {
      for (let at = 0; at < rows.count; at += limit) {
        const length = Math.min(limit, rows.count - at);
        yield Array.from({ length }, (_, index) => toOrder(at + index));
      }
    },
    async *walkRefunded() {
      onRead();
      yield* [];
    },
    findMany: async () => new Map(),
    findSources: async (keys: readonly string[]) => new Map(keys.map((key) => [key, 'notification'])),
  };
  return { billOrders, billDays: { renew: async () => true } } as unknown as Store;
}
