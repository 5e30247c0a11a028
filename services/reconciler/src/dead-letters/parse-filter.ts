import { mchId, outTradeNo, queueNames } from '@huidiao/contracts';
import { errorCatalogue } from '@huidiao/errors';
import type { DeadLetterFilter, DeadLetterState } from '@huidiao/store';
import { parseTime } from './parse-time.ts';
import { WrongUsage } from './wrong-usage.ts';

const states: readonly (DeadLetterState | 'all')[] = ['open', 'replayed', 'resolved', 'discarded', 'all'];

/** Turns the text of an option into the part of the filter that it stands for; throws WrongUsage. */
type FilterReader = (option: string, text: string, now: Date) => DeadLetterFilter;

/**
 * A value that no dead letter can have is refused: it would find nothing, and a person on call would take that for
 * good news. A job's name may be one that this version does not know.
 */
const readers: Readonly<Record<string, FilterReader>> = {
  state: (option, text) => {
    const state = oneOf(option, states, text);
    return { state: state === 'all' ? undefined : state };
  },
  queue: (option, text) => ({ queue: oneOf(option, queueNames, text) }),
  job: (option, text) => ({ jobName: fitting(option, /^\S+$/, text, 'the name of a job') }),
  code: (option, text) => {
    if (Object.hasOwn(errorCatalogue, text)) return { errorCode: text };
    throw wrong(option, text, 'is no error code; deploy/docs/errors.md lists them');
  },
  merchant: (option, text) => {
    if (mchId.safeParse(text).success) return { mchId: text };
    throw wrong(option, text, 'is no merchant number; give 6 to 32 digits');
  },
  order: (option, text) => {
    if (outTradeNo.safeParse(text).success) return { outTradeNo: text };
    throw wrong(option, text, 'is no out_trade_no; give 6 to 32 of the characters 0-9 A-Z a-z _ - | *');
  },
  since: (option, text, now) => ({ since: toTime(option, text, now) }),
  until: (option, text, now) => ({ until: toTime(option, text, now) }),
  fingerprint: (option, text) => ({ fingerprint: toFingerprint(option, text) }),
  group: (option, text) => ({ fingerprint: toFingerprint(option, text) }),
};

/** The names of all options that filter; each takes one text. */
export const filterOptionNames: readonly string[] = Object.keys(readers);

/** The filter that the options stand for; only those given are in it, `state: all` as `state: undefined`. */
export function parseFilter(given: ReadonlyMap<string, string>, now: Date): DeadLetterFilter {
  if (given.has('group') && given.has('fingerprint')) {
    throw new WrongUsage('--group and --fingerprint are the same; give one of them');
  }
  const filter: DeadLetterFilter = {};
  for (const [name, read] of Object.entries(readers)) {
    const text = given.get(name);
    if (text !== undefined) Object.assign(filter, read(`--${name}`, text, now));
  }
  if (filter.since !== undefined && filter.until !== undefined && filter.since > filter.until) {
    throw new WrongUsage('--since is later than --until, so that nothing can lie between; swap them');
  }
  return filter;
}

function oneOf<T extends string>(option: string, choices: readonly T[], text: string): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw wrong(option, text, `is unknown; give one of ${choices.join(', ')}`);
}

function fitting(option: string, pattern: RegExp, text: string, wanted: string): string {
  if (pattern.test(text)) return text;
  throw wrong(option, text, `does not fit; give ${wanted}`);
}

function toFingerprint(option: string, text: string): string {
  return fitting(option, /^[0-9a-f]{64}$/, text, 'the 64 characters that `groups` prints');
}

function toTime(option: string, text: string, now: Date): Date {
  const time = parseTime(text, now);
  if (time !== undefined) return time;
  throw wrong(
    option,
    text,
    'is no time; give 90m, 2h or 3d, or a time with its zone: 2026-11-22T18:00:00+08:00',
  );
}

function wrong(option: string, text: string, problem: string): WrongUsage {
  return new WrongUsage(`${option} ${JSON.stringify(text)} ${problem}`);
}
