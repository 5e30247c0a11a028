import { toBaseJobId } from '@huidiao/contracts';
import type { DeadLetterFilter, DeadLetterStore, StoredDeadLetter } from '@huidiao/store';
import type { Wanted } from './parse-arguments.ts';

/** A dead letter as it was when it was chosen. */
export type ChosenDeadLetter = Pick<StoredDeadLetter, 'id' | 'state' | 'errorCode' | 'amountFen'>;

/** What a command is about. It is read whole before anything is changed, so that nothing comes round again. */
export interface Selection {
  /** Those named in their order; or those that fit, the latest first. */
  readonly chosen: readonly ChosenDeadLetter[];
  /** IDs that no dead letter has. */
  readonly unknownIds: readonly string[];
  /** Whether more fit than the limit lets in. */
  readonly hasMore: boolean;
}

/** A page holds whole payloads. */
const largestPage = 200;

/** @throws AppError STORE_UNAVAILABLE */
export async function selectDeadLetters(
  deadLetters: Pick<DeadLetterStore, 'findById' | 'list'>,
  wanted: Wanted,
): Promise<Selection> {
  return 'ids' in wanted
    ? await selectNamed(deadLetters, wanted.ids)
    : await selectFitting(deadLetters, wanted.filter, wanted.limit);
}

async function selectNamed(
  deadLetters: Pick<DeadLetterStore, 'findById'>,
  ids: readonly string[],
): Promise<Selection> {
  const chosen = new Map<string, ChosenDeadLetter>();
  const unknownIds: string[] = [];
  for (const id of ids) {
    const row = await deadLetters.findById(toDeadLetterId(id));
    if (row === undefined) unknownIds.push(id);
    else chosen.set(row.id, toChosen(row));
  }
  return { chosen: [...chosen.values()], unknownIds, hasMore: false };
}

async function selectFitting(
  deadLetters: Pick<DeadLetterStore, 'list'>,
  filter: DeadLetterFilter,
  limit: number,
): Promise<Selection> {
  const chosen: ChosenDeadLetter[] = [];
  let after: string | undefined;
  do {
    const page = await deadLetters.list({
      ...filter,
      limit: Math.min(largestPage, limit - chosen.length),
      after,
    });
    chosen.push(...page.deadLetters.map(toChosen));
    after = page.next;
  } while (after !== undefined && chosen.length < limit);
  return { chosen, unknownIds: [], hasMore: after !== undefined };
}

function toChosen({ id, state, errorCode, amountFen }: StoredDeadLetter): ChosenDeadLetter {
  return { id, state, errorCode, ...(amountFen !== undefined && { amountFen }) };
}

/** The id of the dead letter that a job has, also where a repetition is named, as a log line does. */
export function toDeadLetterId(id: string): string {
  return toBaseJobId(id);
}
