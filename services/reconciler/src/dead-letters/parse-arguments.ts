import type { DeadLetterFilter } from '@huidiao/store';
import { filterOptionNames, parseFilter } from './parse-filter.ts';
import { type OptionKind, type ReadOptions, readOptions } from './read-options.ts';
import { WrongUsage } from './wrong-usage.ts';

/** Which dead letters a command is about: those named, or those that fit. */
export type Wanted =
  | { readonly ids: readonly string[] }
  | { readonly filter: DeadLetterFilter; readonly limit: number };

interface ForScripts {
  readonly json: boolean;
}

interface Changing extends ForScripts {
  readonly wanted: Wanted;
  readonly dryRun: boolean;
  /** undefined: the login name. */
  readonly by: string | undefined;
}

/** Shows the latest that fit, at most `limit`. */
export interface ListCommand extends ForScripts {
  readonly name: 'list';
  readonly filter: DeadLetterFilter;
  readonly limit: number;
}

/** Shows one with all that is known of it. */
export interface ShowCommand extends ForScripts {
  readonly name: 'show';
  readonly id: string;
}

/** Counts those that fit, alike ones together. */
export interface GroupsCommand extends ForScripts {
  readonly name: 'groups';
  readonly filter: DeadLetterFilter;
}

/** Adds the jobs again, so many a second; the others follow once the first is settled, within `waitMs`. */
export interface ReplayCommand extends Changing {
  readonly name: 'replay';
  readonly ratePerSecond: number;
  readonly waitMs: number;
}

/** Gives them up, for a reason that stays in their history. */
export interface DiscardCommand extends Changing {
  readonly name: 'discard';
  readonly reason: string;
}

export type Command =
  | { readonly name: 'help' }
  | ListCommand
  | ShowCommand
  | GroupsCommand
  | ReplayCommand
  | DiscardCommand;

const longestLimit = 100_000;
const filters = Object.fromEntries(filterOptionNames.map((name) => [name, 'string' as const]));
const json = { json: 'boolean' } as const;
const changing = { ...filters, ...json, limit: 'string', 'dry-run': 'boolean', by: 'string' } as const;

/** What each command may be given. */
const commands = {
  list: { options: { ...filters, ...json, limit: 'string' }, parse: parseList },
  show: { options: json, parse: parseShow },
  groups: { options: { ...filters, ...json }, parse: parseGroups },
  replay: { options: { ...changing, rate: 'string', wait: 'string' }, parse: parseReplay },
  discard: { options: { ...changing, reason: 'string' }, parse: parseDiscard },
} as const satisfies Record<
  string,
  { options: Record<string, OptionKind>; parse: (given: ReadOptions, now: Date) => Command }
>;

/** @throws WrongUsage that says what is wrong and what to type */
export function parseArguments(args: readonly string[], now: Date): Command {
  const [name = '', ...rest] = args;
  if (['help', '--help', '-h'].includes(name) || rest.includes('--help')) return { name: 'help' };
  if (!isCommandName(name)) {
    const problem = name === '' ? 'no command is given' : `there is no command ${JSON.stringify(name)}`;
    throw new WrongUsage(`${problem}; give one of ${Object.keys(commands).join(', ')}, help`);
  }
  const { options, parse } = commands[name];
  return parse(readOptions(rest, options), now);
}

function isCommandName(name: string): name is keyof typeof commands {
  return Object.hasOwn(commands, name);
}

function parseList(given: ReadOptions, now: Date): ListCommand {
  refuseIds(given, 'list');
  const limit = given.integer('limit', { min: 1, max: longestLimit, default: 50 });
  return {
    name: 'list',
    filter: { state: 'open', ...parseFilter(given.texts, now) },
    limit,
    json: given.has('json'),
  };
}

function parseGroups(given: ReadOptions, now: Date): GroupsCommand {
  refuseIds(given, 'groups');
  return {
    name: 'groups',
    filter: { state: 'open', ...parseFilter(given.texts, now) },
    json: given.has('json'),
  };
}

function parseShow({ positionals, has }: ReadOptions): ShowCommand {
  const [id, ...more] = toIds(positionals);
  if (id === undefined || more.length > 0)
    throw new WrongUsage('show takes one ID, which `list` prints last');
  return { name: 'show', id, json: has('json') };
}

function parseReplay(given: ReadOptions, now: Date): ReplayCommand {
  return {
    name: 'replay',
    ...parseChanging(given, now),
    ratePerSecond: given.integer('rate', { min: 1, max: 1_000, default: 50 }),
    waitMs: given.integer('wait', { min: 1, max: 3_600, default: 30 }) * 1_000,
  };
}

function parseDiscard(given: ReadOptions, now: Date): DiscardCommand {
  const reason = given.texts.get('reason')?.trim() ?? '';
  if (reason === '')
    throw new WrongUsage('--reason is not given; say why, for those who will ask: --reason TEXT');
  return { name: 'discard', ...parseChanging(given, now), reason };
}

function parseChanging(given: ReadOptions, now: Date): Changing {
  const by = given.texts.get('by')?.trim();
  if (by === '') throw new WrongUsage('--by is empty; say who does it');
  return { wanted: parseWanted(given, now), dryRun: given.has('dry-run'), by, json: given.has('json') };
}

/** Nothing is replayed or discarded that was not asked for in some way. */
function parseWanted(given: ReadOptions, now: Date): Wanted {
  const ids = toIds(given.positionals);
  const filter = parseFilter(given.texts, now);
  const isFiltered = filterOptionNames.some((name) => given.texts.has(name));
  if (ids.length > 0 && (isFiltered || given.texts.has('limit'))) {
    throw new WrongUsage('IDs do not go together with filters or --limit; give either');
  }
  if (ids.length > 0) return { ids };
  if (!isFiltered)
    throw new WrongUsage('it is not said which; give IDs or filters (--state open for all that are open)');
  const { state = 'open' } = filter;
  const isAll = 'state' in filter && filter.state === undefined;
  if (isAll || !['open', 'replayed'].includes(state)) {
    throw new WrongUsage(
      'only what is open or replayed can be changed; give --state open or --state replayed',
    );
  }
  const limit = given.integer('limit', { min: 1, max: longestLimit, default: 1_000 });
  return { filter: { ...filter, state }, limit };
}

function toIds(positionals: readonly string[]): string[] {
  for (const id of positionals) {
    if (!/^[^/\s]+\/\S+$/.test(id)) {
      throw new WrongUsage(`${JSON.stringify(id)} is no ID; it is what \`list\` prints last: queue/job-id`);
    }
  }
  return [...new Set(positionals)];
}

function refuseIds({ positionals }: ReadOptions, name: string): void {
  if (positionals.length > 0) {
    throw new WrongUsage(
      `${name} takes filters only, not ${JSON.stringify(positionals[0])}; \`show\` takes an ID`,
    );
  }
}
