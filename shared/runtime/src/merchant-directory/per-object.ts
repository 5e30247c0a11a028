import type { App, Merchant } from '@huidiao/contracts';
import type { Timers } from '../timers.ts';

/** What the merchants file names. */
export type DirectoryEntry = Merchant | App;

export interface PerObjectOptions<O extends DirectoryEntry, V> {
  /**
   * Makes what belongs to an entry, when it is first asked for.
   *
   * @param before what belonged to the last entry of the same id, where there was one: it still serves whoever holds it
   */
  readonly make: (entry: O, before: V | undefined) => V;
  /** Gives it back, some time after its entry was replaced or removed, or at the end of the process. */
  readonly release?: (value: V, entry: O) => void;
}

/** Gives what belongs to an entry: the same for as long as the entry is the same. */
export type PerObject<O extends DirectoryEntry, V> = (entry: O) => V;

/** What was made for the entries of one kind, and goes when they go. */
export interface EntryValues<O extends DirectoryEntry, V> {
  readonly of: PerObject<O, V>;
  /** To be called when the directory has changed. */
  sweep(): void;
  /** Releases everything now. */
  close(): void;
}

/** Longer than any request or job goes on that took up an entry before it was replaced: a webhook takes 30 s, twice. */
const graceMs = 120_000;

/** @param isCurrent whether the directory holds this very entry now */
export function createEntryValues<O extends DirectoryEntry, V>(
  { make, release = () => undefined }: PerObjectOptions<O, V>,
  isCurrent: (entry: O) => boolean,
  timers: Timers,
): EntryValues<O, V> {
  const values = new WeakMap<O, { readonly value: V }>();
  /** By id, the latest one made. */
  const latest = new Map<string, O>();
  /** All that is to be released yet, with what takes its timer back. */
  const held = new Map<O, (() => void) | undefined>();

  function letGo(entry: O): void {
    held.get(entry)?.();
    if (!held.delete(entry)) return;
    if (latest.get(idOf(entry)) === entry) latest.delete(idOf(entry));
    const made = values.get(entry);
    if (made !== undefined) release(made.value, entry);
  }

  function sweep(): void {
    for (const [entry, cancel] of held) {
      if (cancel !== undefined || isCurrent(entry)) continue;
      held.set(
        entry,
        timers.after(graceMs, () => letGo(entry)),
      );
    }
  }

  return {
    of(entry) {
      const made = values.get(entry);
      if (made !== undefined) return made.value;
      const id = idOf(entry);
      const isLatest = isCurrent(entry);
      const former = isLatest ? latest.get(id) : undefined;
      const value = make(entry, former === undefined ? undefined : values.get(former)?.value);
      values.set(entry, { value });
      held.set(entry, undefined);
      if (isLatest) latest.set(id, entry);
      // Whoever still holds an entry of before gets something that goes soon.
      else sweep();
      return value;
    },
    sweep,
    close() {
      for (const entry of [...held.keys()]) letGo(entry);
    },
  };
}

function idOf(entry: DirectoryEntry): string {
  return 'mchId' in entry ? entry.mchId : entry.appId;
}
