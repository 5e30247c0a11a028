import type { CommandDeps, ExitCode } from './command-deps.ts';
import { leaveOutDecisions } from './leave-out-decisions.ts';
import type { ReplayCommand } from './parse-arguments.ts';
import { pause } from './pause.ts';
import { printReplayReport, printStop } from './print-report.ts';
import { endDryRun, tellSelection } from './print-selection.ts';
import { replay } from './replay.ts';
import { type Selection, selectDeadLetters } from './select-dead-letters.ts';
import { toJsonText } from './to-json-text.ts';
import { toPrintable } from './to-printable.ts';
import { withQueues } from './with-queues.ts';

/** @throws AppError STORE_UNAVAILABLE or QUEUE_UNAVAILABLE, before anything was replayed */
export async function runReplay(
  deps: CommandDeps,
  command: ReplayCommand & { readonly by: string },
): Promise<ExitCode> {
  const selection = await selectForReplay(deps, command);
  const { redis } = deps.config;
  if (command.dryRun || redis === undefined) return endDryRun(deps, command, selection);

  const say = (line: string): void => deps.err(toPrintable(`${line}\n`));
  const { deadLetters } = deps.store;
  const report = await withQueues(redis, deps, (queues) =>
    replay({ ...deps, ...queues, deadLetters, by: command.by, pause, say }, selection.chosen, command),
  );
  const { stopped, ...counts } = report;
  const { unknownIds, hasMore } = selection;
  const facts = { ...counts, unknownIds, hasMore, stopped: stopped?.reason ?? null };
  deps.out(command.json ? toJsonText(facts) : printReplayReport(report));
  if (stopped !== undefined) deps.err(toPrintable(printStop(stopped)));
  const isDone = stopped === undefined && counts.refused + counts.diedAgain + unknownIds.length === 0;
  return isDone ? 0 : 1;
}

async function selectForReplay({ store, err }: CommandDeps, { wanted }: ReplayCommand): Promise<Selection> {
  const selection = leaveOutDecisions(await selectDeadLetters(store.deadLetters, wanted), wanted);
  tellSelection(err, selection);
  if (selection.leftOut > 0) {
    const why =
      'a replay delivers although the payment was refunded; if so decided, give --code or their IDs';
    err(`left out ${selection.leftOut} of ORDER_REFUND_SEEN: ${why}\n`);
  }
  return selection;
}
