/**
 * A filter over event types: a type (`refund.succeeded`), a family (`refund.*`), or everything (`*`).
 * What it is matched against is the `type` of a domain event.
 */
export const eventFilterPattern = /^(?:\*|[a-z_]+\.(?:\*|[a-z_]+))$/;

/** Whether one of the filters names this type. */
export function isWantedEvent(filters: readonly string[], type: string): boolean {
  return filters.some((filter) => {
    if (filter === '*' || filter === type) return true;
    return filter.endsWith('.*') && type.startsWith(filter.slice(0, -1));
  });
}
