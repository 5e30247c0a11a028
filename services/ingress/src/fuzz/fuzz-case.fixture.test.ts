import type fc from 'fast-check';
import type { Visit } from './site.fixture.test.ts';
import type { WireRequest } from './wire.fixture.test.ts';

/** The kinds of callbacks that are mutated, each with a file of its own. */
export const fuzzKinds = ['pay-v3', 'pay-v2', 'push'] as const;
export type FuzzKind = (typeof fuzzKinds)[number];

/** A valid message in which one thing is changed. */
export interface FuzzCase {
  readonly request: WireRequest;
  /** The same without the change. */
  readonly valid: WireRequest;
  readonly expected: Expected;
}

/** What must become of a case. It follows from what was changed alone, never from what a verifier says. */
export type Expected =
  /** Nobody proves this: nothing is queued. Statuses that may be answered, default 401. */
  | { readonly kind: 'refused'; readonly statuses?: readonly number[] }
  /** What nobody signs was changed: it is taken, and the same jobs are queued. */
  | {
      readonly kind: 'unchanged';
      /** The change may also be one that is not taken, as of a byte anywhere. */
      readonly orRefused?: boolean;
      /** Members of the jobs that may differ nevertheless. */
      readonly despite?: readonly string[];
    }
  /** WeChat itself says this: it is taken and queued, whatever it says. */
  | {
      readonly kind: 'taken';
      /** Statuses that may be answered instead, nothing being queued. */
      readonly orRefusedWith?: readonly number[];
      /** Throws where a job or the answer says what the message does not. */
      readonly check: (visit: Visit) => void;
    };

/** Cases of one sort; `Spec` is what fast-check makes, shrinks and prints. */
export interface Property<Spec = unknown> {
  /** Completes "a notification …". */
  readonly name: string;
  /** Whether the change is made before the message is signed or encrypted, and so has its proof. */
  readonly isProven: boolean;
  /** Of all cases of the kind. */
  readonly share: number;
  readonly specs: fc.Arbitrary<Spec>;
  toCase(spec: Spec): FuzzCase;
}

/** A property whose specs are nobody else's business. */
export function toProperty<Spec>(property: Property<Spec>): Property {
  return property as Property;
}
