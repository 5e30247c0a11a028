import type { CallbackView, OrderView, TimeLineView } from './purchase.ts';

/**
 * An order's journey in lines for people: everything in its time line and in the ledger of its callbacks, in order,
 * with the seconds since the first entry. Nothing is added that these do not say.
 */
export function toJourney(order: OrderView): string {
  const entries = [...order.time_line, ...order.callbacks.map(toEntry)];
  // Stable: what happened in the same millisecond stays as the time line has it.
  entries.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  const begin = Date.parse(entries[0]?.at ?? '');
  const lines = entries.map((entry) => toLine(entry, begin));
  const pending = order.pending.map(({ job, due_at }) => `  still to do: ${job}, due ${due_at}`);
  const { total, currency } = order.amount;
  return [
    `order ${order.out_trade_no}, ${(total / 100).toFixed(2)} ${currency}: ${order.status}`,
    ...lines,
    ...pending,
  ].join('\n');
}

function toEntry({
  first_received_at,
  event_type,
  outcome,
  times,
  notification_id,
}: CallbackView): TimeLineView {
  return { at: first_received_at, event: 'callback', event_type, outcome, times, notification_id };
}

function toLine({ at, event, ...facts }: TimeLineView, begin: number): string {
  const offset = `+${((Date.parse(at) - begin) / 1_000).toFixed(3)} s`;
  const details = Object.entries(facts).map(([name, value]) => `${name}=${toText(value)}`);
  return `  ${toClock(at)}  ${offset.padStart(10)}  ${event.padEnd(18)} ${details.join(' ')}`.trimEnd();
}

function toText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The wall clock of this machine. */
function toClock(at: string): string {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, '0');
  const millis = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${millis}`;
}
