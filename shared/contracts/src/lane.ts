/**
 * Each queue has two lanes with workers of their own, four to one. `live` is for what WeChat sends now; `bulk` for
 * what comes in heaps: replays, the inbox, heals, and a merchant beyond its rate. So a heap holds up no live payment.
 */
export const lanes = ['live', 'bulk'] as const;
export type Lane = (typeof lanes)[number];

/** What one payment asks for stays in one lane, so that an id is never in two. */
export const defaultLane: Lane = 'live';
