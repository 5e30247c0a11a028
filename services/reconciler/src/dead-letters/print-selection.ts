import type { CommandDeps, ExitCode } from './command-deps.ts';
import type { Selection } from './select-dead-letters.ts';
import { toJsonText } from './to-json-text.ts';
import { toPrintable } from './to-printable.ts';
import { toYuan } from './to-yuan.ts';

/** What one should know of a selection, whatever is done with it. */
export function tellSelection(err: CommandDeps['err'], { chosen, unknownIds, hasMore }: Selection): void {
  for (const id of unknownIds) {
    err(
      toPrintable(`refused ${id}: no dead letter has this ID; \`list --state all\` shows those there are\n`),
    );
  }
  if (chosen.length === 0 && unknownIds.length === 0) err('no dead letter fits\n');
  if (hasMore) err(`more fit; these are the latest ${chosen.length} (--limit)\n`);
}

/** Ends a dry run: says how many there are and how much money, as far as it is known. */
export function endDryRun(
  { out }: Pick<CommandDeps, 'out'>,
  { name, json }: { readonly name: 'replay' | 'discard'; readonly json: boolean },
  { chosen, unknownIds, hasMore }: Selection,
): ExitCode {
  const wanted = chosen.filter(({ state }) => state === 'open' || state === 'replayed');
  const settled = chosen.length - wanted.length;
  const amountFen = wanted.reduce((sum, one) => sum + (one.amountFen ?? 0), 0);
  const withoutAmount = wanted.filter((one) => one.amountFen === undefined).length;
  const facts = { count: wanted.length, amountFen, withoutAmount, settled, unknownIds, hasMore };
  const unknown = withoutAmount === 0 ? '' : ` (${withoutAmount} of them name no amount)`;
  const rest = settled === 0 ? '' : `; ${settled} resolved or discarded already`;
  const words = `would ${name} ${wanted.length}: ${toYuan(amountFen)}${unknown}${rest}; nothing was changed\n`;
  out(json ? toJsonText(facts) : words);
  return unknownIds.length === 0 ? 0 : 1;
}
