/** Freezes a tree of plain objects and arrays, and gives it back. */
export function freezeDeeply<T>(tree: T): T {
  if (typeof tree !== 'object' || tree === null) return tree;
  for (const branch of Object.values(tree)) freezeDeeply(branch);
  return Object.freeze(tree);
}

/** A map that refuses changes: Object.freeze alone leaves `set` and `delete` at work. */
export function toFrozenMap<V>(values: readonly V[], toKey: (value: V) => string): ReadonlyMap<string, V> {
  const map = new Map(values.map((value) => [toKey(value), freezeDeeply(value)]));
  const refuse = (): never => {
    throw new TypeError('this map is frozen');
  };
  return Object.freeze(Object.assign(map, { set: refuse, delete: refuse, clear: refuse }));
}
