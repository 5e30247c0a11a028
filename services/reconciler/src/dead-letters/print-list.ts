import type { DeadLetterPage, StoredDeadLetter } from '@huidiao/store';
import { toPrintableLine } from './to-printable.ts';
import { toTime } from './to-time.ts';
import { toYuan } from './to-yuan.ts';

/** One line for each: when it died, state, code, order, yuan, how often it died, and the ID, which can be long. */
export function printList({ deadLetters, next }: DeadLetterPage): string {
  if (deadLetters.length === 0) return 'no dead letter fits\n';
  const rows = deadLetters.map((row) => toCells(row).map(toPrintableLine));
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const more = next === undefined ? [] : [`more fit; these are the latest ${deadLetters.length} (--limit)`];
  return `${[...lines, ...more].join('\n')}\n`;
}

function toCells(row: StoredDeadLetter): string[] {
  const { failedAt, state, errorCode, outTradeNo = '-', amountFen, times, id } = row;
  return [
    toTime(failedAt),
    state,
    errorCode,
    outTradeNo,
    amountFen === undefined ? '-' : toYuan(amountFen),
    `${times}x`,
    id,
  ];
}

/** The same for scripts; without payload, details and history, which `show` has. */
export function toListJson({ deadLetters, next }: DeadLetterPage): object {
  const rows = deadLetters.map(({ payload: _payload, details: _details, history: _history, ...row }) => row);
  return { deadLetters: rows, hasMore: next !== undefined };
}
