import { createLogger, createMetrics, explain } from '@huidiao/runtime';
import { createStore } from '@huidiao/store';
import type { CommandDeps, CommandSurroundings, ExitCode } from './command-deps.ts';
import { loadDeadLettersConfig } from './config.ts';
import { readLoginName } from './login-name.ts';
import { type Command, parseArguments } from './parse-arguments.ts';
import { runDiscard } from './run-discard.ts';
import { runGroups, runList, runShow } from './run-reading.ts';
import { runReplay } from './run-replay.ts';
import { toPrintable } from './to-printable.ts';
import { usage } from './usage.ts';
import { WrongUsage } from './wrong-usage.ts';

type RealCommand = Exclude<Command, { readonly name: 'help' }>;

/** Carries out what was typed. Never rejects: every problem is told on `err`, and in the exit code. */
export async function runCommand(
  args: readonly string[],
  surroundings: CommandSurroundings,
): Promise<ExitCode> {
  try {
    const command = parseArguments(args, surroundings.clock.now());
    if (command.name !== 'help') return await withStore(surroundings, command);
    surroundings.out(usage);
    return 0;
  } catch (error) {
    const isUsage = error instanceof WrongUsage;
    const words = isUsage ? `${error.message}\n\`npm run dead-letters -- help\` shows all\n` : explain(error);
    surroundings.err(toPrintable(`dead-letters: ${words}`));
    return isUsage ? 2 : 1;
  }
}

async function withStore(surroundings: CommandSurroundings, command: RealCommand): Promise<ExitCode> {
  const addsJobs = command.name === 'replay' && !command.dryRun;
  const config = loadDeadLettersConfig(surroundings.env, { addsJobs });
  // What goes wrong is told in words; log lines are only for what nobody expects.
  const logger = createLogger({ service: 'dead-letters', level: 'fatal' }, process.stderr);
  const metrics = createMetrics({ service: 'dead-letters' });
  const options = { uri: config.mongo.uri, logger, metrics, clock: surroundings.clock };
  const store = surroundings.store ?? createStore(options);
  try {
    return await carryOut({ ...surroundings, config, store, logger, metrics }, command);
  } finally {
    if (surroundings.store === undefined) await store.close();
  }
}

async function carryOut(deps: CommandDeps, command: RealCommand): Promise<ExitCode> {
  switch (command.name) {
    case 'list':
      return await runList(deps, command);
    case 'show':
      return await runShow(deps, command);
    case 'groups':
      return await runGroups(deps, command);
    case 'replay':
      return await runReplay(deps, { ...command, by: command.by ?? readLoginName() });
    case 'discard':
      return await runDiscard(deps, { ...command, by: command.by ?? readLoginName() });
    default:
      return command satisfies never;
  }
}
