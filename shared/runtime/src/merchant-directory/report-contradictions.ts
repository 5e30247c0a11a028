import { listAt, recordOf, textAt } from './json-value.ts';
import type { ProblemList } from './problem-list.ts';

/** Reports what no single entry shows: numbers listed twice, and messages that nothing would ever send. */
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

  const paid = new Set<unknown>();
  for (const [index, merchant] of merchants.entries()) {
    const appIds = listAt(merchant, 'appids');
    for (const appId of appIds) paid.add(appId);
    const texts = appIds.map((appId) => (typeof appId === 'string' ? appId : undefined));
    reportTwice(texts, (item) => `merchants[${index}].appids[${item}]`, problems);
  }
  for (const [index, app] of apps.entries()) {
    if (recordOf(app.templates).order_paid === undefined || paid.has(app.appid)) continue;
    problems.add(
      `apps[${index}].appid`,
      "is in no merchant's appids, so its order_paid message would never be sent; add it there or mend its spelling",
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
