/**
 * What every schema shares. `strict: 'throw'` refuses a field that the schema does not know instead of dropping
 * it silently; our own `version` replaces mongoose's `__v`; `minimize` would drop empty objects.
 */
export const rowOptions = { versionKey: false, strict: 'throw', minimize: false, id: false } as const;
