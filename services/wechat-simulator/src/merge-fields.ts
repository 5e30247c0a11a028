import type { JsonObject, JsonValue } from './write-json.ts';

/** Members of `change` in place of those of `content`, objects member by member; null takes a member away. */
export function mergeFields(content: JsonObject, change: JsonObject | undefined): JsonObject {
  if (change === undefined) return content;
  const merged: Record<string, JsonValue | undefined> = { ...content };
  for (const [name, value] of Object.entries(change)) {
    const known = merged[name];
    if (value === null) delete merged[name];
    else merged[name] = isObject(known) && isObject(value) ? mergeFields(known, value) : value;
  }
  return merged;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
