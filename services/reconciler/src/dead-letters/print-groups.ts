import type { DeadLetterGroup, DeadLetterGroups } from '@huidiao/store';
import { toPrintable } from './to-printable.ts';
import { toTime } from './to-time.ts';
import { toYuan } from './to-yuan.ts';

/** Three lines for each group of what probably has one cause, the largest first. */
export function printGroups({ groups, isComplete }: DeadLetterGroups): string {
  if (groups.length === 0) return 'no dead letter fits\n';
  const more = isComplete ? [] : ['there are more; only the latest were counted'];
  return toPrintable(`${[...groups.map(printGroup), ...more].join('\n')}\n`);
}

function printGroup(group: DeadLetterGroup): string {
  const { count, amountFen, errorCode, queue, jobName, firstFailedAt, lastFailedAt, exampleId, fingerprint } =
    group;
  const period = `since ${toTime(firstFailedAt)}, last ${toTime(lastFailedAt)}`;
  // Jobs that follow a payment name the order only.
  const yuan = amountFen === 0 ? 'no amount named' : toYuan(amountFen);
  return [
    `${count} x ${errorCode}  ${yuan}  ${queue}/${jobName}  ${period}`,
    `    group   ${fingerprint}`,
    `    example ${exampleId}`,
  ].join('\n');
}
