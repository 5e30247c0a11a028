import { isDeepStrictEqual } from 'node:util';
import type { App, Merchant, MerchantDirectory } from '@huidiao/contracts';
import { type AppError, toAppError } from '@huidiao/errors';
import { systemTimers, type Timers } from '../timers.ts';
import { toFrozenMap } from './freeze-deeply.ts';
import { loadMerchantDirectory, readMerchantDirectory } from './load-merchant-directory.ts';
import { createPemMemo } from './pem-memo.ts';
import {
  createEntryValues,
  type DirectoryEntry,
  type EntryValues,
  type PerObject,
  type PerObjectOptions,
} from './per-object.ts';

/** Ids of entries, each list in the order of the file. */
export interface EntryChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

export type ReloadReport =
  | { readonly kind: 'reloaded'; readonly merchants: EntryChanges; readonly apps: EntryChanges }
  /** Nothing has changed: the file, or something that it names, has problems. */
  | { readonly kind: 'refused'; readonly error: AppError };

/**
 * The merchants and apps as the file names them now. `merchants` and `apps` are other maps after a reload, so they are
 * asked for each time and not kept. Entries that a reload found unchanged are the same objects as before.
 */
export interface LiveDirectory extends MerchantDirectory {
  /**
   * Reads the file again and takes all of it over, or, where it has problems, nothing. Rejects with the failure of one
   * who follows it; the others were told, and the change stands.
   */
  reload(): Promise<ReloadReport>;
  /** Lets something belong to each merchant or app: keys, a client, a breaker. See PerObjectOptions. */
  perObject<O extends DirectoryEntry, V>(options: PerObjectOptions<O, V>): PerObject<O, V>;
  /** Calls `listener` after each reload that changed something; gives the function that ends it. */
  onChange(listener: () => void): () => void;
  /** Releases all that belongs to entries. */
  close(): void;
}

export interface LiveDirectoryOptions {
  /** The merchants file. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timers?: Timers;
}

/** @throws AppError CONFIG_INVALID as loadMerchantDirectory does */
export function createLiveDirectory({ file, env, timers }: LiveDirectoryOptions): LiveDirectory {
  const pems = createPemMemo();
  const initial = loadMerchantDirectory(file, env, pems);
  const read = () => inSlices(readMerchantDirectory(file, env, pems));
  return createDirectoryFrom({ initial, read, timers });
}

/** A directory that is given and stays, such as that of a test, to be used like a live one. */
export function toLiveDirectory(directory: MerchantDirectory): LiveDirectory {
  return isLive(directory)
    ? directory
    : createDirectoryFrom({ initial: directory, read: async () => directory });
}

function isLive(directory: MerchantDirectory): directory is LiveDirectory {
  return 'perObject' in directory;
}

/** A live directory wherever its entries come from; `read` gives the next ones, or rejects with what is wrong. */
export function createDirectoryFrom(options: {
  readonly initial: MerchantDirectory;
  readonly read: () => Promise<MerchantDirectory>;
  readonly timers?: Timers | undefined;
}): LiveDirectory {
  const { initial, read, timers = systemTimers } = options;
  let current = initial;
  let reloading: Promise<unknown> = Promise.resolve();
  const listeners = new Set<() => void>();
  const belongings: Pick<EntryValues<never, never>, 'sweep' | 'close'>[] = [];

  function takeOver(next: MerchantDirectory): ReloadReport {
    const merchants = merge(current.merchants, next.merchants, (merchant) => merchant.mchId);
    const apps = merge(current.apps, next.apps, (app) => app.appId);
    current = Object.freeze({ merchants: merchants.map, apps: apps.map });
    if (merchants.isChanged || apps.isChanged) {
      for (const each of belongings) each.sweep();
      tellAll(listeners);
    }
    return { kind: 'reloaded', merchants: merchants.changes, apps: apps.changes };
  }

  const reload = (): Promise<ReloadReport> =>
    read().then(takeOver, (error) => ({ kind: 'refused', error: toAppError(error) }));

  return {
    get merchants() {
      return current.merchants;
    },
    get apps() {
      return current.apps;
    },
    async reload() {
      // One after another: the file may have changed since the reload that is under way has read it.
      const turn = reloading.then(reload, reload);
      reloading = turn;
      return turn;
    },
    perObject<O extends DirectoryEntry, V>(options: PerObjectOptions<O, V>) {
      const isCurrent = (entry: O): boolean => holds(current, entry);
      const values = createEntryValues(options, isCurrent, timers);
      belongings.push(values);
      return values.of;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      for (const each of belongings) each.close();
    },
  };
}

/** One who fails keeps the others from nothing. @throws the first failure, when all were told */
function tellAll(listeners: ReadonlySet<() => void>): void {
  const failures: unknown[] = [];
  for (const listener of listeners) {
    try {
      listener();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

function holds({ merchants, apps }: MerchantDirectory, entry: Merchant | App): boolean {
  return 'mchId' in entry ? merchants.get(entry.mchId) === entry : apps.get(entry.appId) === entry;
}

interface Merged<O> {
  readonly map: ReadonlyMap<string, O>;
  readonly changes: EntryChanges;
  readonly isChanged: boolean;
}

/** The next entries, but the former object where nothing of it changed. */
function merge<O>(
  former: ReadonlyMap<string, O>,
  next: ReadonlyMap<string, O>,
  toKey: (entry: O) => string,
): Merged<O> {
  const kept = [...next].map(([id, entry]) => {
    const before = former.get(id);
    return before !== undefined && isDeepStrictEqual(before, entry) ? before : entry;
  });
  const map = toFrozenMap(kept, toKey);
  const changes = {
    added: [...map.keys()].filter((id) => !former.has(id)),
    changed: [...map.keys()].filter((id) => former.has(id) && former.get(id) !== map.get(id)),
    removed: [...former.keys()].filter((id) => !map.has(id)),
  };
  return { map, changes, isChanged: Object.values(changes).some((ids) => ids.length > 0) };
}

/** A slice leaves room for the callbacks that come meanwhile. */
const sliceMs = 10;

/** Runs to the end of it, letting others run after each slice. */
async function inSlices<T>(steps: Generator<undefined, T>): Promise<T> {
  let sliceEndsAt = performance.now() + sliceMs;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() < sliceEndsAt) continue;
    await new Promise((resolve) => setImmediate(resolve));
    sliceEndsAt = performance.now() + sliceMs;
  }
}
