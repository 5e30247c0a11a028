import type { Effect } from './order.ts';

/** The effects of an order after more were added: an id that is there already is not added again. */
export function mergeEffects(present: readonly Effect[], more: readonly Effect[]): Effect[] {
  const byId = new Map<string, Effect>();
  for (const effect of [...present, ...more]) if (!byId.has(effect.id)) byId.set(effect.id, effect);
  return [...byId.values()];
}
