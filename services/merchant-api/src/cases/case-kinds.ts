import type { CaseKind } from '@huidiao/contracts';
import type { ErrorCode } from '@huidiao/errors';

/** The queue whose dead letters are cases. */
export const caseQueue = 'payment-event';

/** Which dead letters are cases: those that a person of the merchant decides, not those that an operator mends. */
const kindOfCode = {
  ORDER_AMOUNT_DIFFERS: 'amount_differs',
  ORDER_IDS_DIFFER: 'ids_differ',
  ORDER_PAID_TWICE: 'paid_twice',
  ORDER_PAID_LATE: 'paid_late',
  ORDER_LATE_NOT_REFUNDED: 'paid_late',
  ORDER_REFUND_SEEN: 'refund_seen',
  ORDER_UNKNOWN: 'unknown_order',
  ORDER_NOT_YET_KNOWN: 'unknown_order',
  REFUND_DIFFERS: 'refund_differs',
  REFUND_NOT_CONFIRMED: 'refund_not_confirmed',
  REFUND_ORDER_UNKNOWN: 'refund_of_unknown_order',
  BILL_AMOUNT_DIFFERS: 'bill_differs',
} as const satisfies Partial<Record<ErrorCode, CaseKind>>;

type CaseCode = keyof typeof kindOfCode;

/** The codes of a kind, or of every kind. */
export function toCaseCodes(kind?: CaseKind): string[] {
  return Object.entries(kindOfCode)
    .filter(([, each]) => kind === undefined || each === kind)
    .map(([code]) => code);
}

/** The kind of a code; undefined for one that makes no case. */
export function toCaseKind(errorCode: string): CaseKind | undefined {
  return Object.hasOwn(kindOfCode, errorCode) ? kindOfCode[errorCode as CaseCode] : undefined;
}
