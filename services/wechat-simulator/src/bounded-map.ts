/**
 * A map that forgets its oldest entries beyond a size: the simulator keeps everything in memory and may run
 * for days. Setting a key again keeps its age.
 */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #limit: number;
  readonly #onForget: (value: V) => void;

  constructor(limit: number, onForget: (value: V) => void = () => {}) {
    this.#limit = limit;
    this.#onForget = onForget;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  set(key: K, value: V): void {
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#limit) return;
    const oldest = this.#entries.entries().next().value;
    if (oldest === undefined) return;
    this.#entries.delete(oldest[0]);
    this.#onForget(oldest[1]);
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }

  values(): V[] {
    return [...this.#entries.values()];
  }
}

/** Appends, and drops the oldest beyond `limit`. */
export function pushBounded<T>(list: T[], item: T, limit: number): void {
  list.push(item);
  if (list.length > limit) list.splice(0, list.length - limit);
}
