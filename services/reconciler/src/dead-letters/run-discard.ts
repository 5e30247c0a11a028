import type { CommandDeps, ExitCode } from './command-deps.ts';
import { discard } from './discard.ts';
import type { DiscardCommand } from './parse-arguments.ts';
import { printDiscardReport, printStop } from './print-report.ts';
import { endDryRun, tellSelection } from './print-selection.ts';
import { selectDeadLetters } from './select-dead-letters.ts';
import { toJsonText } from './to-json-text.ts';
import { toPrintable } from './to-printable.ts';

/** @throws AppError STORE_UNAVAILABLE, before anything was discarded */
export async function runDiscard(
  deps: CommandDeps,
  command: DiscardCommand & { readonly by: string },
): Promise<ExitCode> {
  const { deadLetters } = deps.store;
  const selection = await selectDeadLetters(deadLetters, command.wanted);
  tellSelection(deps.err, selection);
  if (command.dryRun) return endDryRun(deps, command, selection);

  const say = (line: string): void => deps.err(toPrintable(`${line}\n`));
  const report = await discard({ deadLetters, signal: deps.signal, say }, selection.chosen, command);
  const { stopped, ...counts } = report;
  const { unknownIds, hasMore } = selection;
  const facts = { ...counts, unknownIds, hasMore, stopped: stopped?.reason ?? null };
  deps.out(command.json ? toJsonText(facts) : printDiscardReport(report));
  if (stopped !== undefined) deps.err(toPrintable(printStop(stopped)));
  return stopped === undefined && counts.refused + unknownIds.length === 0 ? 0 : 1;
}
