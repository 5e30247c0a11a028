import type { Clock } from '@huidiao/contracts';
import { type QueryFilter, Schema, trusted } from 'mongoose';
import { type BillDay, type BillDayResult, billDayStates } from './bill-day.ts';
import type { StoreConnection } from './connection.ts';
import { insertIfNew } from './insert-if-new.ts';
import { oneBatch } from './one-batch.ts';
import { rowOptions } from './row-options.ts';

/** The days whose bills are checked. All of it throws AppError STORE_UNAVAILABLE; a write may have happened then. */
export interface BillDayStore {
  find(mchId: string, billDate: string): Promise<BillDay | undefined>;
  /** Those that there are, in any order. */
  findMany(mchId: string, billDates: readonly string[]): Promise<BillDay[]>;
  /** Lets a day wait for its time, unless it is known; gives it as it is. */
  plan(mchId: string, billDate: string, dueAt: Date): Promise<BillDay>;
  /** Asks for a check now, or for one more after the one that is under way. */
  request(mchId: string, billDate: string): Promise<BillDay>;
  /**
   * Takes the day of a merchant that has been due the longest: exactly one of any number of callers gets it, and keeps it
   * until the lease ends. A day whose checker was killed is due again then, and `starts` tells how many were.
   */
  claimDue(mchId: string, leaseMs: number): Promise<BillDay | undefined>;
  /** Prolongs the lease of a check; `false` when somebody else has taken the day over. */
  renew(day: BillDay, leaseMs: number): Promise<boolean>;
  /** Ends a check; undefined when somebody else has taken the day over. */
  finish(day: BillDay, result: BillDayResult): Promise<BillDay | undefined>;
}

interface BillDayRow extends BillDay {
  readonly _id: string;
  readonly type: 'trade';
}

const billDaySchema = new Schema<BillDayRow>(
  {
    _id: String,
    mchId: String,
    billDate: String,
    type: String,
    state: { type: String, enum: billDayStates },
    dueAt: Date,
    runs: Number,
    starts: Number,
    failures: Number,
    rechecks: Number,
    isWantedAgain: Boolean,
    requestedAt: Date,
    startedAt: Date,
    checkedAt: Date,
    proof: Schema.Types.Mixed,
    errorCode: String,
  },
  { ...rowOptions, collection: 'billDays' },
);

const mostTries = 8;
/** The trade bill (交易账单): of other bills nothing is checked so far. */
const type = 'trade';

/** Over the collection `billDays`; by `clock` a day is due, and somebody's turn at it ends. */
export function createBillDayStore(connection: StoreConnection, clock: Clock): BillDayStore {
  const { run } = connection;
  const rows = connection.table(billDaySchema);

  const read = (_id: string) => rows.findOne({ _id }).lean<BillDayRow>();

  async function change(
    guard: QueryFilter<BillDayRow>,
    set: Partial<BillDayRow>,
    unset: readonly (keyof BillDayRow)[] = [],
  ): Promise<BillDay | undefined> {
    const update = {
      $set: set,
      ...(unset.length > 0 && { $unset: Object.fromEntries(unset.map((field) => [field, 1])) }),
    };
    const row = await rows.findOneAndUpdate(guard, update, { returnDocument: 'after' }).lean<BillDayRow>();
    return row === null ? undefined : toBillDay(row);
  }

  async function plan(mchId: string, billDate: string, dueAt: Date): Promise<BillDay> {
    const facts = { mchId, billDate, state: 'waiting', dueAt, runs: 0, failures: 0, rechecks: 0 } as const;
    const row = { _id: toId(mchId, billDate), type, ...facts } as const;
    if (await insertIfNew(rows, row)) return toBillDay(row);
    return toBillDay((await read(row._id)) ?? row);
  }

  /** Guarded by the check that is under way: one that ends meanwhile is asked for once more. */
  async function tryToRequest(day: BillDay, now: Date): Promise<BillDay | undefined> {
    const _id = toId(day.mchId, day.billDate);
    const guard = { _id, state: day.state, runs: day.runs };
    if (day.state === 'running') return change(guard, { isWantedAgain: true, requestedAt: now });
    const afresh = { state: 'waiting', dueAt: now, requestedAt: now, failures: 0, rechecks: 0 } as const;
    return change(guard, afresh, ['starts']);
  }

  async function finish(day: BillDay, result: BillDayResult): Promise<BillDay | undefined> {
    const guard = { _id: toId(day.mchId, day.billDate), state: 'running', runs: day.runs } as const;
    const { state, dueAt, proof, errorCode, failures, rechecks } = result;
    const now = clock.now();
    const set = {
      state,
      ...(dueAt !== undefined && { dueAt }),
      ...(proof !== undefined && { proof, checkedAt: now }),
      ...(errorCode !== undefined && { errorCode }),
      ...(failures !== undefined && { failures }),
      ...(rechecks !== undefined && { rechecks }),
    };
    const unset = [
      'starts' as const,
      ...(dueAt === undefined ? (['dueAt'] as const) : []),
      ...(errorCode === undefined ? (['errorCode'] as const) : []),
    ];
    const ended = await change({ ...guard, isWantedAgain: trusted({ $exists: false }) }, set, unset);
    if (ended !== undefined) return ended;
    const again = { ...set, state: 'waiting', dueAt: now, failures: 0, rechecks: 0 } as const;
    return change(guard, again, [...unset.filter((field) => field !== 'dueAt'), 'isWantedAgain']);
  }

  return {
    find: async (mchId, billDate) => {
      const row = await run('billDays.find', async () => read(toId(mchId, billDate)));
      return row === null ? undefined : toBillDay(row);
    },
    findMany: async (mchId, billDates) => {
      const _id = trusted({ $in: billDates.map((billDate) => toId(mchId, billDate)) });
      const found = await run('billDays.find-many', async () =>
        rows.find({ _id }).setOptions(oneBatch(billDates.length)).lean<BillDayRow[]>(),
      );
      return found.map(toBillDay);
    },
    plan: (mchId, billDate, dueAt) => run('billDays.plan', () => plan(mchId, billDate, dueAt)),
    request: (mchId, billDate) =>
      run('billDays.request', async () => {
        const now = clock.now();
        let day = await plan(mchId, billDate, now);
        for (let tries = 0; tries < mostTries; tries++) {
          const asked = await tryToRequest(day, now);
          if (asked !== undefined) return asked;
          day = await plan(mchId, billDate, now);
        }
        return day;
      }),
    claimDue: (mchId, leaseMs) =>
      run('billDays.claim', async () => {
        const now = clock.now();
        const due = { mchId, dueAt: trusted({ $lte: now }) };
        const [row] = await rows.find(due).sort({ dueAt: 1 }).setOptions(oneBatch(1)).lean<BillDayRow[]>();
        if (row?.dueAt === undefined) return undefined;
        const { _id, dueAt, runs, state, starts = 0 } = row;
        const leased = { dueAt: new Date(now.getTime() + leaseMs), runs: runs + 1, starts: starts + 1 };
        return change({ _id, dueAt, runs, state }, { ...leased, state: 'running', startedAt: now });
      }),
    renew: async ({ mchId, billDate, runs }, leaseMs) => {
      const guard = { _id: toId(mchId, billDate), state: 'running', runs } as const;
      const dueAt = new Date(clock.now().getTime() + leaseMs);
      return (await run('billDays.renew', () => change(guard, { dueAt }))) !== undefined;
    },
    finish: (day, result) => run('billDays.finish', () => finish(day, result)),
  };
}

function toId(mchId: string, billDate: string): string {
  return `${mchId}/${billDate}/${type}`;
}

function toBillDay({ _id, type: _type, ...day }: BillDayRow): BillDay {
  return day;
}
