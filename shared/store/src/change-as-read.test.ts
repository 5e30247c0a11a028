import { expect } from 'chai';
import { describe, it } from 'mocha';
import { changeAsRead } from './change-as-read.ts';
import type { OrderTable } from './change-order.ts';
import { codeOf, inParallel } from './test-store.test.ts';

/** What a server needs for one operation, one after the other. */
const operationMs = 0.5;

/**
 * One order on a server whose time is counted and not waited for: nothing happens before everybody waits for the server
 * or for their pause, and then what is due first does.
 */
function createCountedTable({ pauses = true }: { readonly pauses?: boolean } = {}) {
  const seen = { reads: 0, pauses: [] as number[] };
  const due: { readonly at: number; readonly go: () => void }[] = [];
  let [now, busyUntil, version, seed] = [0, 0, 1, 1];

  function until(at: number): Promise<void> {
    return new Promise((go) => {
      if (due.push({ at, go }) === 1) setImmediate(goOn);
    });
  }
  function goOn(): void {
    const next = due.toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined) return;
    due.splice(due.indexOf(next), 1);
    now = next.at;
    next.go();
    if (due.length > 0) setImmediate(goOn);
  }
  const operation = async <T>(work: () => T): Promise<T> => {
    busyUntil = Math.max(busyUntil, now) + operationMs;
    await until(busyUntil);
    return work();
  };
  const rows = {
    findOne: () => ({
      lean: () =>
        operation(() => {
          seen.reads += 1;
          return { _id: 'order', version };
        }),
    }),
    findOneAndUpdate: (guard: { version: number }) => ({
      lean: () =>
        operation(() => {
          if (guard.version !== version) return null;
          version += 1;
          return { _id: 'order', version };
        }),
    }),
  };
  const waits: NonNullable<OrderTable['waits']> = {
    pause: (ms) => {
      seen.pauses.push(ms);
      return until(now + (pauses ? ms : 0));
    },
    // Park and Miller: the same sequence in every run.
    random: () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    },
  };
  const table = {
    rows,
    run: (_operation: string, work: () => Promise<unknown>) => work(),
    clock: { now: () => new Date(now) },
    waits,
  } as unknown as OrderTable;
  return { table, seen };
}

const changeOnce = (table: OrderTable) => changeAsRead(table, 'test', 'order', () => ({ set: {} }));

describe('an order that many want to change at once', () => {
  it('is changed by each of 120, who read it ten times on average and not sixty', async () => {
    const { table, seen } = createCountedTable();
    const codes = await inParallel(120, () => codeOf(changeOnce(table)));
    expect(new Set(codes)).to.deep.equal(new Set(['no error']));
    expect(seen.reads).to.be.lessThan(12 * 120);
    expect(Math.max(...seen.pauses), 'the longest pause in milliseconds').to.be.within(100, 256);
  });

  it('is not waited for where only two others want it', async () => {
    const { table, seen } = createCountedTable();
    await inParallel(3, () => changeOnce(table));
    expect(seen.pauses).to.deep.equal([]);
  });

  it('is given up by most of 120 who do not let each other pass', async () => {
    const { table } = createCountedTable({ pauses: false });
    const codes = await inParallel(120, () => codeOf(changeOnce(table)));
    expect(codes.filter((code) => code === 'ORDER_CHANGED_MEANWHILE').length).to.be.greaterThan(60);
  });
});
