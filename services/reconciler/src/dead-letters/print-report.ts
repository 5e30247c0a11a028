import { explain } from '@huidiao/runtime';
import type { DiscardReport } from './discard.ts';
import type { ReplayReport, ReplayStop } from './replay.ts';

/** What a replay did, in counts. */
export function printReplayReport(report: ReplayReport): string {
  const { replayed, resolved, diedAgain, discarded, notSettled, skipped, refused, untouched } = report;
  const counts = [
    `replayed ${replayed}`,
    `resolved so far ${resolved}`,
    `died again ${diedAgain}`,
    ...(discarded === 0 ? [] : [`discarded meanwhile ${discarded}`]),
    `not settled yet ${notSettled}`,
    `skipped ${skipped}`,
    `refused ${refused}`,
    ...(untouched === 0 ? [] : [`untouched ${untouched}`]),
  ];
  return `${counts.join(', ')}\n`;
}

/** What a discard did, in counts. */
export function printDiscardReport({ discarded, refused, untouched }: DiscardReport): string {
  return `discarded ${discarded}, refused ${refused}${untouched === 0 ? '' : `, untouched ${untouched}`}\n`;
}

/** Why it stopped, what was left alone and what to do. */
export function printStop(stopped: ReplayStop): string {
  switch (stopped.reason) {
    case 'first_died_again':
      return 'stopped: the first one died again, so the others would too; `show` it, and mend the cause first\n';
    case 'first_discarded':
      return 'stopped: somebody discarded the first one meanwhile; ask before going on\n';
    case 'first_not_settled':
      return 'stopped: the first one is not settled yet. Its job may wait, run or be tried again: is its worker up? `show` it later, or give --wait more seconds\n';
    case 'interrupted':
      return 'stopped as asked, between two; the same command again goes on\n';
    case 'failed':
      return `stopped by an error. ${explain(stopped.error)}`;
    default:
      return stopped satisfies never;
  }
}
