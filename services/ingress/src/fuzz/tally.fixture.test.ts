import type { FuzzKind } from './fuzz-case.fixture.test.ts';
import type { Visit } from './site.fixture.test.ts';

/** How far cases got, and how often. */
export interface Tally {
  count(visit: Visit, isProven: boolean): void;
  readonly cases: number;
  /** Those whose change was proven, and that came past the proof. */
  readonly pastProof: number;
  /** A small table. */
  toText(title: string): string;
}

/** Reasons that only what is signed with a key of ours comes to, or encrypted with one. */
const reasonsPastProof: ReadonlySet<string> = new Set([
  'ids_of_another_merchant',
  'another_app',
  'encrypt_malformed',
  'frame_malformed',
]);

export function createTally(kind: FuzzKind): Tally {
  const stages = new Map<string, number>();
  let cases = 0;
  let pastProof = 0;
  return {
    count(visit, isProven) {
      const { stage, isPast } = toStage(visit);
      stages.set(stage, (stages.get(stage) ?? 0) + 1);
      cases += 1;
      if (isProven && isPast) pastProof += 1;
    },
    get cases() {
      return cases;
    },
    get pastProof() {
      return pastProof;
    },
    toText(title) {
      const rows = [...stages].sort(([one], [other]) => (one < other ? -1 : 1));
      const lines = rows.map(([stage, count]) => `    ${String(count).padStart(7)}  ${stage}`);
      return [`  ${kind}: ${cases} cases, ${pastProof} of them past the proof; ${title}`, ...lines, ''].join(
        '\n',
      );
    },
  };
}

function toStage({ line, jobs }: Visit): { readonly stage: string; readonly isPast: boolean } {
  if (line === undefined) return { stage: '1 refused before any handler', isPast: false };
  const { outcome, reason = outcome } = line;
  switch (outcome) {
    case 'durable':
      return jobs.some(({ name }) => name.startsWith('apply-'))
        ? { stage: '5 genuine and applied', isPast: true }
        : { stage: '4 genuine and kept as unhandled', isPast: true };
    case 'verified':
      return { stage: '5 address verified', isPast: true };
    case 'not-openable':
      return { stage: `3 proven, not to be opened: ${reason}`, isPast: true };
    default:
      return reasonsPastProof.has(reason)
        ? { stage: `3 proven, refused after it: ${reason}`, isPast: true }
        : { stage: `2 refused before the proof: ${reason}`, isPast: false };
  }
}
