import type { CaseKind } from '@huidiao/contracts';
import {
  type DeadJobFacts,
  type Order,
  type Store,
  type StoredDeadLetter,
  toDeadJobFacts,
} from '@huidiao/store';
import { caseQueues, toCaseKind } from './case-kinds.ts';

/** A dead letter that is a case, with what its job was about. */
export interface FoundCase extends DeadJobFacts {
  readonly letter: StoredDeadLetter;
  readonly kind: CaseKind;
}

/** What a dead letter is as a case; undefined where it is none. Pure. */
export function toCase(letter: StoredDeadLetter): FoundCase | undefined {
  const kind = toCaseKind(letter);
  return kind === undefined ? undefined : { letter, kind, ...toDeadJobFacts(letter) };
}

export interface FindCaseDeps {
  readonly deadLetters: Pick<Store['deadLetters'], 'find'>;
  readonly orders: Pick<Store['orders'], 'find'>;
}

/** The case of this name, if it is the merchant's, and its order. @throws AppError STORE_UNAVAILABLE */
export async function findCase(
  deps: FindCaseDeps,
  mchId: string,
  caseId: string,
): Promise<{ readonly found: FoundCase; readonly order: Order | undefined } | undefined> {
  const letter = await findLetter(deps, caseId);
  const found = letter?.mchId === mchId ? toCase(letter) : undefined;
  if (found === undefined) return undefined;
  const { outTradeNo } = found.letter;
  return { found, order: outTradeNo === undefined ? undefined : await deps.orders.find(mchId, outTradeNo) };
}

/** The names of jobs tell their queues apart: a name is one dead letter at most. */
async function findLetter(
  { deadLetters }: FindCaseDeps,
  caseId: string,
): Promise<StoredDeadLetter | undefined> {
  for (const queue of caseQueues) {
    const letter = await deadLetters.find(queue, caseId);
    if (letter !== undefined) return letter;
  }
  return undefined;
}
