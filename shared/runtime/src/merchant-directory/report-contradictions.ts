import { listAt, recordOf, textAt } from './json-value.ts';
import type { ProblemList } from './problem-list.ts';

/** Keys that mean nothing without another one. */
const needs: readonly (readonly [key: string, needed: string])[] = [
  ['api_v2_key_previous', 'api_v2_key'],
  ['token_previous', 'token'],
  ['encoding_aes_key', 'token'],
  ['encoding_aes_key_previous', 'encoding_aes_key'],
];

/**
 * Reports what no single value shows: keys whose counterpart is missing, names and numbers listed twice, and messages
 * that nothing would ever send.
 */
export function reportContradictions(raw: unknown, problems: ProblemList): void {
  const file = recordOf(raw);
  const merchants = listAt(file, 'merchants').map(recordOf);
  const apps = listAt(file, 'apps').map(recordOf);
  reportTwice(
    merchants.map((merchant) => textAt(merchant, 'mchid')),
    (index) => `merchants[${index}].mchid`,
    problems,
  );
  reportTwice(
    apps.map((app) => textAt(app, 'appid')),
    (index) => `apps[${index}].appid`,
    problems,
  );

  for (const [list, entries] of Object.entries({ merchants, apps })) {
    for (const [index, entry] of entries.entries()) reportWithin(entry, `${list}[${index}]`, problems);
  }

  const paid = new Set<unknown>();
  for (const [index, merchant] of merchants.entries()) {
    const appIds = listAt(merchant, 'appids');
    for (const appId of appIds) paid.add(appId);
    const texts = appIds.map((appId) => (typeof appId === 'string' ? appId : undefined));
    reportTwice(texts, (item) => `merchants[${index}].appids[${item}]`, problems);
  }
  for (const [index, app] of apps.entries()) {
    const templates = recordOf(app.templates);
    reportAddresses(app, templates, `apps[${index}]`, problems);
    const [told] = Object.keys(templates);
    if (told === undefined || paid.has(app.appid)) continue;
    problems.add(
      `apps[${index}].appid`,
      `is in no merchant's appids, so its ${told} message would never be sent; add it there or mend its spelling`,
    );
  }
}

/** A message of a mini-program opens a page of it, one of a service account an address. */
function reportAddresses(
  app: Record<string, unknown>,
  templates: Record<string, unknown>,
  path: string,
  problems: ProblemList,
): void {
  const isAccount = app.kind === 'service_account';
  for (const [trigger, template] of Object.entries(templates)) {
    const page = textAt(recordOf(template), 'page');
    if (page === undefined || /^https?:\/\//.test(page) === isAccount) continue;
    const wanted = isAccount
      ? 'must be the http or https address that a message of a service account opens'
      : 'must be a path within the mini-program, such as pages/order';
    problems.add(`${path}.templates.${trigger}.page`, wanted);
  }
}

function reportWithin(entry: Record<string, unknown>, path: string, problems: ProblemList): void {
  for (const [key, needed] of needs) {
    if (entry[key] === undefined || entry[needed] !== undefined) continue;
    problems.add(`${path}.${key}`, `does nothing without ${needed}; add that, or take this away`);
  }
  const targets = listAt(entry, 'pass_through').map(recordOf);
  reportTwice(
    targets.map((target) => textAt(target, 'name')),
    (index) => `${path}.pass_through[${index}].name`,
    problems,
  );
  for (const [index, target] of targets.entries()) {
    const url = textAt(target, 'url') ?? '';
    if (!URL.canParse(url) || (new URL(url).username === '' && new URL(url).password === '')) continue;
    problems.add(
      `${path}.pass_through[${index}].url`,
      'holds a user name or password; the signature tells who calls',
    );
  }
}

function reportTwice(
  values: readonly (string | undefined)[],
  toPath: (index: number) => string,
  problems: ProblemList,
): void {
  for (const [index, value] of values.entries()) {
    const first = values.indexOf(value);
    if (value !== undefined && first < index)
      problems.add(toPath(index), `is the same as ${toPath(first)}; list it once`);
  }
}
