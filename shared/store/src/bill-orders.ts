import { toOrderId } from '@huidiao/contracts';
import { type QueryFilter, trusted } from 'mongoose';
import { type CallbackRow, callbackSchema } from './callback-store.ts';
import type { StoreConnection } from './connection.ts';
import { oneBatch } from './one-batch.ts';
import type { Order } from './order.ts';
import { type OrderRow, orderSchema, toOrder } from './order-row.ts';
import type { TimePlace } from './time-place.ts';

/** A stretch of time, walked from its end to its beginning. */
export interface OrderWalk {
  readonly mchId: string;
  /** Then or later. */
  readonly from: Date;
  /** Before that. */
  readonly until: Date;
  /** The most orders that are read at once. */
  readonly limit: number;
}

/** What the check of a bill reads of orders, in pages. All of it throws AppError STORE_UNAVAILABLE. */
export interface BillOrderStore {
  /** The orders that were paid within the time, by WeChat's clock. */
  walkPaid(walk: OrderWalk): AsyncGenerator<readonly Order[]>;
  /** The orders of which a refund is known, and that were changed within the time; one that changes meanwhile may be missing. */
  walkRefunded(walk: OrderWalk): AsyncGenerator<readonly Order[]>;
  /** Those that there are, by their numbers, with parts of others' combined orders (合单) whose money went to this merchant. */
  findMany(mchId: string, outTradeNos: readonly string[]): Promise<ReadonlyMap<string, Order>>;
  /** The notificationId of the first that told of each of these, as far as the ledger (still) knows, by its key. */
  findSources(callbackKeys: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Over the collections of orders and of callbacks, which it only reads. */
export function createBillOrderStore(connection: StoreConnection): BillOrderStore {
  const { run } = connection;
  const orders = connection.table(orderSchema);
  const callbacks = connection.table(callbackSchema);

  /** One page: those at the very moment of the place, if there are any left, or else earlier ones. */
  async function readPage(
    at: 'paidAt' | 'updatedAt',
    { mchId, until, limit }: OrderWalk,
    known: QueryFilter<OrderRow>,
    place: TimePlace | undefined,
  ): Promise<OrderRow[]> {
    const read = (bounds: QueryFilter<OrderRow>) =>
      orders
        .find({ mchId, ...known, ...bounds })
        .sort({ [at]: -1, _id: -1 })
        .setOptions(oneBatch(limit))
        .lean<OrderRow[]>();
    if (place !== undefined) {
      const others = await read({ [at]: place.at, _id: trusted({ $lte: place.id, $ne: place.id }) });
      if (others.length > 0) return others;
    }
    const latest = new Date((place === undefined ? until : place.at).getTime() - 1);
    return await read({ [at]: trusted({ $lte: latest }) });
  }

  async function* walk(
    at: 'paidAt' | 'updatedAt',
    options: OrderWalk,
    known: QueryFilter<OrderRow>,
  ): AsyncGenerator<readonly Order[]> {
    let place: TimePlace | undefined;
    for (;;) {
      const page = await run(`orders.walk-${at}`, () => readPage(at, options, known, place));
      const within = page.filter((row) => (row[at] ?? options.until) >= options.from);
      if (within.length > 0) yield within.map(toOrder);
      const last = page.at(-1);
      if (last?.[at] === undefined || within.length < page.length) return;
      place = { at: last[at], id: last._id };
    }
  }

  /** As findPart, of many. */
  async function findParts(paidMchId: string, outTradeNos: readonly string[]): Promise<OrderRow[]> {
    if (outTradeNos.length === 0) return [];
    const named = {
      subMchId: paidMchId,
      outTradeNo: trusted({ $in: [...outTradeNos] }),
      combineOutTradeNo: trusted({ $exists: true }),
    };
    return await run('orders.find-parts', async () =>
      orders.find(named).setOptions(oneBatch(outTradeNos.length)).lean<OrderRow[]>(),
    );
  }

  return {
    walkPaid: (options) => walk('paidAt', options, {}),
    // Named as the partial index has it, so that MongoDB sees that it may be used.
    walkRefunded: (options) => walk('updatedAt', options, { 'refunds.refundId': trusted({ $exists: true }) }),
    async findMany(mchId, outTradeNos) {
      const _id = trusted({ $in: outTradeNos.map((outTradeNo) => toOrderId(mchId, outTradeNo)) });
      const own = await run('orders.find-many', async () =>
        orders.find({ _id }).setOptions(oneBatch(outTradeNos.length)).lean<OrderRow[]>(),
      );
      const found = new Map(own.map((row) => [row.outTradeNo, toOrder(row)]));
      const others = outTradeNos.filter((outTradeNo) => !found.has(outTradeNo));
      for (const row of await findParts(mchId, others)) found.set(row.outTradeNo, toOrder(row));
      return found;
    },
    async findSources(callbackKeys) {
      const rows = await run('callbacks.find-many', async () =>
        callbacks
          .find({ _id: trusted({ $in: [...callbackKeys] }) })
          .setOptions(oneBatch(callbackKeys.length))
          .lean<CallbackRow[]>(),
      );
      return new Map(rows.map(({ _id, notificationId }) => [_id, notificationId]));
    },
  };
}
