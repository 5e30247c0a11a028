import type { CrashPoint } from './crash-point.ts';
import { byText, type EndState, type OrderState } from './end-state.ts';

type MessageEnd = EndState['messages'][number];

/** A way in which a run in which a process ended may end otherwise than one that nobody disturbed. */
interface AllowedDifference {
  readonly because: string;
  /** Whether it comes from a process that ended there. */
  isOf(point: CrashPoint): boolean;
  /** The end that is right then. `seen` is only for what either way would be right. */
  adjust(expected: OrderState, seen: OrderState): OrderState;
  /** Likewise of a message that no order asked for. */
  adjustMessage(expected: MessageEnd, seen: MessageEnd): MessageEnd;
}

/**
 * The only differences there may be, besides counters and times, which are not compared. A notification that was not
 * acknowledged comes again, and gives no difference.
 */
export const allowedDifferences: readonly AllowedDifference[] = [
  {
    because:
      'WeChat’s send has no idempotency key: who finds a message that was being sent does not know whether it was, ' +
      'and does not send it again',
    isOf: (point) => isWithin(point, 'store.messages.beginSending', 'store.messages.settle'),
    adjust: (expected, seen) => ({
      ...expected,
      message: { state: 'unknown', facts: [] },
      timeLine: expected.timeLine
        .map((entry) => (entry.event === 'message.sent' ? { event: 'message.unknown' } : entry))
        .sort(byText),
      sends: seen.sends.length === 0 ? [] : expected.sends,
    }),
    adjustMessage: (expected, { sends }) => ({
      state: 'unknown',
      facts: [],
      sends: sends.length === 0 ? [] : expected.sends,
    }),
  },
];

/** What should be seen, given where a process ended. */
export function toExpected(undisturbed: EndState, seen: EndState, point: CrashPoint): EndState {
  const allowed = allowedDifferences.filter((difference) => difference.isOf(point));
  const orders = undisturbed.orders.map((order, index) =>
    allowed.reduce((expected, { adjust }) => adjust(expected, seen.orders[index] ?? expected), order),
  );
  const messages = undisturbed.messages.map((message, index) =>
    allowed.reduce(
      (expected, { adjustMessage }) => adjustMessage(expected, seen.messages[index] ?? expected),
      message,
    ),
  );
  return { ...undisturbed, orders, messages };
}

/** Whether the unit had done the one, and not yet the other. */
function isWithin(point: CrashPoint, first: string, last: string): boolean {
  const isDone = (call: string) =>
    point.having.includes(call) || (point.side === 'after' && point.call === call);
  return isDone(first) && !isDone(last);
}
