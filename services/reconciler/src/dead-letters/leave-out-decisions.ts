import type { ErrorCode } from '@huidiao/errors';
import type { Wanted } from './parse-arguments.ts';
import type { ChosenDeadLetter, Selection } from './select-dead-letters.ts';

/**
 * Codes by which a replay is no repetition but a decision: that of a payment that was refunded delivers it
 * nevertheless. It must be asked for in so many words, and not be swept up by `--since 2h`.
 */
const decisions: ReadonlySet<string> = new Set<ErrorCode>(['ORDER_REFUND_SEEN']);

/** What a replay may take of a selection, and how many it leaves for a person to decide on one by one. */
export function leaveOutDecisions(
  selection: Selection,
  wanted: Wanted,
): Selection & { readonly leftOut: number } {
  const isNamed =
    'ids' in wanted || wanted.filter.errorCode !== undefined || wanted.filter.fingerprint !== undefined;
  if (isNamed) return { ...selection, leftOut: 0 };
  const isRepetition = ({ errorCode }: ChosenDeadLetter): boolean => !decisions.has(errorCode);
  const chosen = selection.chosen.filter(isRepetition);
  return { ...selection, chosen, leftOut: selection.chosen.length - chosen.length };
}
