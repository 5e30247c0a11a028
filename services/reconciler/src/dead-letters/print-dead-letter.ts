import { type ErrorCode, errorCatalogue } from '@huidiao/errors';
import type { DeadLetterAction, StoredDeadLetter } from '@huidiao/store';
import { maskPersonalData } from './mask-personal-data.ts';
import { toPrintable } from './to-printable.ts';
import { toTime } from './to-time.ts';
import { toYuan } from './to-yuan.ts';

const longestText = 2_000;

/** Everything that is known of one, and what to do about it. */
export function printDeadLetter(row: StoredDeadLetter): string {
  const { errorCode, reason, queue, jobName, attempts, firstAttemptAt, failedAt, resolvedAt } = row;
  const lines = [
    row.id,
    `  state       ${row.state}; died ${row.times}x, replayed ${row.replays}x`,
    `  error       ${errorCode}: ${toMeaning(errorCode)}`,
    `  reason      ${reason}`,
    `  what to do  ${toWhatToDo(errorCode)}`,
    `  job         ${jobName} of ${queue}, ${attempts} attempt${attempts === 1 ? '' : 's'} the last time`,
    `  order       ${toOrder(row)}`,
    `  first try   ${toTime(firstAttemptAt)}`,
    `  died        ${toTime(failedAt)}`,
    ...(resolvedAt === undefined ? [] : [`  resolved    ${toTime(resolvedAt)}`]),
    `  group       ${row.fingerprint}`,
    `  details     ${toIndentedJson(row.details)}`,
    `  payload     ${toIndentedJson(row.payload)}`,
    '  history',
    ...(row.history.length === 0 ? ['    nobody has touched it'] : row.history.map(printAction)),
  ];
  return toPrintable(`${lines.join('\n')}\n`);
}

/** The same for scripts, with nothing cut. */
export function toDeadLetterJson(row: StoredDeadLetter): object {
  const { details, payload } = row;
  const whatToDo = toWhatToDo(row.errorCode);
  return { ...row, details: maskPersonalData(details), payload: maskPersonalData(payload), whatToDo };
}

function printAction({ at, action, by, reason }: DeadLetterAction): string {
  return `    ${toTime(at)} ${action}${by === undefined ? '' : ` by ${by}`}${reason === undefined ? '' : `: ${reason}`}`;
}

function toOrder({ outTradeNo, mchId, amountFen }: StoredDeadLetter): string {
  if (outTradeNo === undefined) return mchId === undefined ? 'none named' : `none named; merchant ${mchId}`;
  const merchant = mchId === undefined ? '' : ` of merchant ${mchId}`;
  return `${outTradeNo}${merchant}${amountFen === undefined ? '' : `, ${toYuan(amountFen)}`}`;
}

function toIndentedJson(value: unknown): string {
  const shorten = (_name: string, inner: unknown): unknown =>
    typeof inner === 'string' && inner.length > longestText
      ? `${inner.slice(0, longestText)}… (${inner.length} characters; --json prints them all)`
      : inner;
  return JSON.stringify(maskPersonalData(value), shorten, 2).replaceAll('\n', '\n  ');
}

function toMeaning(errorCode: string): string {
  return isErrorCode(errorCode)
    ? errorCatalogue[errorCode].meaning
    : 'A code that this version does not know.';
}

function toWhatToDo(errorCode: string): string {
  return isErrorCode(errorCode)
    ? errorCatalogue[errorCode].whatToDo
    : 'Look it up where its version is running.';
}

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCatalogue, text);
}
