import { type Clock, toOrderId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { type QueryFilter, Schema, trusted } from 'mongoose';
import type { CombinedOrder, NewCombinedOrder } from './combined-order.ts';
import type { StoreConnection } from './connection.ts';
import { insertIfNew } from './insert-if-new.ts';
import { rowOptions } from './row-options.ts';

/** Combined orders. All of them throw AppError STORE_UNAVAILABLE when MongoDB is away; a write may have happened then. */
export interface CombinedOrderStore {
  /** `same` and `conflict`: the number was registered before, with the same content or with other content. */
  register(combined: NewCombinedOrder): Promise<{
    readonly outcome: 'registered' | 'same' | 'conflict';
    readonly combined: CombinedOrder;
  }>;
  find(mchId: string, combineOutTradeNo: string): Promise<CombinedOrder | undefined>;
  /** Whether the caller may now talk to WeChat Pay about it, alone until the lease is over; as OrderStore.takePrepayTurn. */
  takePrepayTurn(combined: CombinedOrder, leaseMs: number): Promise<boolean>;
  /** Ends a turn without a prepay_id. */
  endPrepayTurn(combined: CombinedOrder): Promise<void>;
  /** Keeps the prepay_id and ends the turn. @throws AppError COMBINED_ORDER_NOT_FOUND */
  recordPrepay(
    combined: CombinedOrder,
    prepay: { readonly prepayId: string; readonly expiresAt: Date },
  ): Promise<CombinedOrder>;
}

interface CombinedOrderRow extends Omit<CombinedOrder, 'id'> {
  _id: string;
  /** Until then somebody is talking to WeChat Pay about it. */
  prepayTurnUntil: Date;
}

const partSchema = new Schema(
  { mchId: String, outTradeNo: String, subMchId: String },
  { _id: false, strict: 'throw' },
);

const combinedOrderSchema = new Schema<CombinedOrderRow>(
  {
    _id: String,
    mchId: String,
    combineOutTradeNo: String,
    appId: String,
    parts: [partSchema],
    timeExpire: Date,
    notifyUrl: String,
    prepayId: String,
    prepayIdExpiresAt: Date,
    prepayTurnUntil: Date,
    contentHash: String,
    version: Number,
    createdAt: Date,
  },
  { ...rowOptions, collection: 'combinedOrders' },
);

/** Over the collection `combinedOrders`. */
export function createCombinedOrderStore(connection: StoreConnection, clock: Clock): CombinedOrderStore {
  const { run } = connection;
  const rows = connection.table(combinedOrderSchema);

  async function find(_id: string): Promise<CombinedOrder | undefined> {
    const row = await rows.findOne({ _id }).lean<CombinedOrderRow>();
    return row === null ? undefined : toCombinedOrder(row);
  }

  async function change(guard: QueryFilter<CombinedOrderRow>, set: Partial<CombinedOrderRow>) {
    const row = await rows
      .findOneAndUpdate(guard, { $set: set, $inc: { version: 1 } }, { returnDocument: 'after' })
      .lean<CombinedOrderRow>();
    return row === null ? undefined : toCombinedOrder(row);
  }

  return {
    register: (wanted) =>
      run('combinedOrders.register', async () => {
        const _id = toOrderId(wanted.mchId, wanted.combineOutTradeNo);
        const now = clock.now();
        const row = { ...wanted, _id, version: 1, prepayTurnUntil: now, createdAt: now };
        if (await insertIfNew(rows, row)) return { outcome: 'registered', combined: toCombinedOrder(row) };
        const combined = await find(_id);
        if (combined === undefined) throw notFound(_id);
        return { outcome: combined.contentHash === wanted.contentHash ? 'same' : 'conflict', combined };
      }),
    find: (mchId, combineOutTradeNo) =>
      run('combinedOrders.find', () => find(toOrderId(mchId, combineOutTradeNo))),
    takePrepayTurn: async ({ id: _id, version }, leaseMs) => {
      const now = clock.now();
      const guard = { _id, version, prepayTurnUntil: trusted({ $lte: now }) };
      const prepayTurnUntil = new Date(now.getTime() + leaseMs);
      const taken = await run('combinedOrders.take-prepay-turn', () => change(guard, { prepayTurnUntil }));
      return taken !== undefined;
    },
    endPrepayTurn: async ({ id: _id }) => {
      await run('combinedOrders.end-prepay-turn', () => change({ _id }, { prepayTurnUntil: clock.now() }));
    },
    recordPrepay: async ({ id: _id }, { prepayId, expiresAt: prepayIdExpiresAt }) => {
      const set = { prepayId, prepayIdExpiresAt, prepayTurnUntil: clock.now() };
      const kept = await run('combinedOrders.record-prepay', () => change({ _id }, set));
      if (kept === undefined) throw notFound(_id);
      return kept;
    },
  };
}

function notFound(id: string): AppError {
  return new AppError('COMBINED_ORDER_NOT_FOUND', { details: { id } });
}

function toCombinedOrder({ _id: id, prepayTurnUntil: _turn, ...combined }: CombinedOrderRow): CombinedOrder {
  return { id, ...combined };
}
