import type { FuzzKind, Property } from './fuzz-case.fixture.test.ts';
import type { WireRequest } from './wire.fixture.test.ts';

/** What `npm test` runs of each kind, about 5 s of one core each. API v3 has fewest, for each of its cases is signed. */
export const runsInTests: Readonly<Record<FuzzKind, number>> = {
  'pay-v3': 4_500,
  'pay-v2': 7_500,
  push: 8_300,
};

/** By default every run is the same. */
export const defaultSeed = 20_261_122;

/** What is mutated of a kind, and how. */
export interface FuzzSuite {
  readonly kind: FuzzKind;
  /** Every valid message, by what it is. */
  readonly valid: ReadonlyMap<string, WireRequest>;
  readonly properties: readonly Property[];
}

/** @param messages every valid one, by what it is */
export function toSuite(
  kind: FuzzKind,
  messages: ReadonlyMap<string, { readonly request: WireRequest }>,
  properties: readonly Property[],
): FuzzSuite {
  const valid = new Map([...messages].map(([name, { request }]) => [name, request]));
  return { kind, valid, properties };
}
