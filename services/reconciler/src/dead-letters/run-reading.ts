import type { CommandDeps, ExitCode } from './command-deps.ts';
import type { GroupsCommand, ListCommand, ShowCommand } from './parse-arguments.ts';
import { printDeadLetter, toDeadLetterJson } from './print-dead-letter.ts';
import { printGroups } from './print-groups.ts';
import { printList, toListJson } from './print-list.ts';
import { toDeadLetterId } from './select-dead-letters.ts';
import { toJsonText } from './to-json-text.ts';

type ReadingDeps = Pick<CommandDeps, 'store' | 'out' | 'err'>;

/** @throws AppError STORE_UNAVAILABLE */
export async function runList({ store, out }: ReadingDeps, command: ListCommand): Promise<ExitCode> {
  const page = await store.deadLetters.list({ ...command.filter, limit: command.limit });
  out(command.json ? toJsonText(toListJson(page)) : printList(page));
  return 0;
}

/** @throws AppError STORE_UNAVAILABLE */
export async function runGroups({ store, out }: ReadingDeps, command: GroupsCommand): Promise<ExitCode> {
  const groups = await store.deadLetters.groups(command.filter);
  out(command.json ? toJsonText(groups) : printGroups(groups));
  return 0;
}

/** @throws AppError STORE_UNAVAILABLE */
export async function runShow({ store, out, err }: ReadingDeps, command: ShowCommand): Promise<ExitCode> {
  const row = await store.deadLetters.findById(toDeadLetterId(command.id));
  if (row === undefined) {
    err(
      `dead-letters: no dead letter has the ID ${command.id}; \`list --state all\` shows those there are\n`,
    );
    return 1;
  }
  out(command.json ? toJsonText(toDeadLetterJson(row)) : printDeadLetter(row));
  return 0;
}
