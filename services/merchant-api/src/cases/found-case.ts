import { type CaseKind, type JobData, jobCatalogue } from '@huidiao/contracts';
import type { Order, Store, StoredDeadLetter } from '@huidiao/store';
import { caseQueue, toCaseKind } from './case-kinds.ts';

/** A dead letter that is a case, with what its job was about. */
export interface FoundCase {
  readonly letter: StoredDeadLetter;
  readonly kind: CaseKind;
  readonly payment?: JobData<'apply-payment'>['payment'];
  readonly refund?: JobData<'apply-refund'>['refund'];
}

/** What a dead letter is as a case; undefined where it is none. Pure. */
export function toCase(letter: StoredDeadLetter): FoundCase | undefined {
  const kind = letter.queue === caseQueue ? toCaseKind(letter.errorCode) : undefined;
  if (kind === undefined) return undefined;
  const payment = jobCatalogue['apply-payment'].schema.safeParse(letter.payload).data?.payment;
  const refund = jobCatalogue['apply-refund'].schema.safeParse(letter.payload).data?.refund;
  return { letter, kind, ...(payment !== undefined && { payment }), ...(refund !== undefined && { refund }) };
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
  const letter = await deps.deadLetters.find(caseQueue, caseId);
  const found = letter?.mchId === mchId ? toCase(letter) : undefined;
  if (found === undefined) return undefined;
  const { outTradeNo } = found.letter;
  return { found, order: outTradeNo === undefined ? undefined : await deps.orders.find(mchId, outTradeNo) };
}
