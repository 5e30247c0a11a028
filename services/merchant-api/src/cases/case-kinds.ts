import type { CaseKind, QueueName } from '@huidiao/contracts';
import type { ErrorCode } from '@huidiao/errors';

/** Which dead letters are cases: those that a person of the merchant decides, not those that an operator mends. */
const kindsOfQueues = {
  'payment-event': {
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
  },
  'order-refund': {
    REFUND_DIFFERS: 'refund_differs',
    REFUND_INSUFFICIENT_FUNDS: 'refund_short_of_money',
    REFUND_NOT_FINAL: 'refund_not_final',
    REFUND_REFUSED: 'refund_refused',
    REFUND_NUMBER_USED: 'refund_refused',
  },
} as const satisfies Partial<Record<QueueName, Partial<Record<ErrorCode, CaseKind>>>>;

type CaseQueue = keyof typeof kindsOfQueues;

/** The queues some of whose dead letters are cases. */
export const caseQueues = Object.keys(kindsOfQueues) as CaseQueue[];

/** The codes of a kind, or of every kind: none of them is in one of the queues a case and in another one not. */
export function toCaseCodes(kind?: CaseKind): string[] {
  return Object.values(kindsOfQueues)
    .flatMap((kinds) => Object.entries(kinds))
    .filter(([, each]) => kind === undefined || each === kind)
    .map(([code]) => code);
}

/** What kind of case a dead letter is; undefined where it is none. */
export function toCaseKind(letter: {
  readonly queue: string;
  readonly errorCode: string;
}): CaseKind | undefined {
  const kinds: Readonly<Record<string, Readonly<Record<string, CaseKind>>>> = kindsOfQueues;
  if (!Object.hasOwn(kinds, letter.queue)) return undefined;
  const ofQueue = kinds[letter.queue] ?? {};
  return Object.hasOwn(ofQueue, letter.errorCode) ? ofQueue[letter.errorCode] : undefined;
}
