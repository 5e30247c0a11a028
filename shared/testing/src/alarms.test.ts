import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const top = join(import.meta.dirname, '../../..');

/** The sources of the services and packages, without their tests. */
function readSources(): { readonly path: string; readonly text: string }[] {
  return ['services', 'shared']
    .flatMap((folder) => readdirSync(join(top, folder)).map((name) => `${folder}/${name}/src`))
    .filter((folder) => folder !== 'shared/testing/src' && folder !== 'services/wechat-simulator/src')
    .flatMap((folder) =>
      readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name}`,
      ),
    )
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => ({ path, text: readFileSync(join(top, path), 'utf8') }));
}

/**
 * The alarms that a source names: in the line itself, in a call of a report that writes it, in the list of those of
 * bills, or as an outcome of a callback that is one.
 */
function namesIn(text: string): string[] {
  const listed = /export const billAlarms = \[([^\]]*)/.exec(text)?.[1] ?? '';
  const outcomes = /function isAlarming\([^{]*\{(.*?)return/s.exec(text)?.[1] ?? '';
  return [
    ...text.matchAll(/\balarm: '([a-z-]+)'/g),
    ...text.matchAll(/\.alarm\('([a-z-]+)'/g),
    ...listed.matchAll(/'([a-z-]+)'/g),
    ...outcomes.matchAll(/case '([a-z-]+)'/g),
  ].map(([, name = '']) => name);
}

/** An alarm that is named elsewhere and written here. */
const writers = [
  'services/ingress/src/callback/report-callback.ts',
  'services/order-worker/src/refunds/refund-report.ts',
  'services/reconciler/src/bills/bill-alarms.ts',
  'services/reconciler/src/bills/check-bills.ts',
];

describe('the page of alarms', () => {
  const page = readFileSync(join(top, 'deploy/docs/alarms.md'), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| [a-z]+(-[a-z]+)* \|/.test(line));
  const cells = rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
  const named = cells.map(([name = '']) => name).filter((name) => name !== 'alarm');
  const sources = readSources();

  it('has each alarm that the code raises, once, and no other', () => {
    const raised = sources.flatMap(({ text }) => namesIn(text));
    expect(named.toSorted()).to.deep.equal([...new Set(raised)].toSorted());
  });

  it('misses no alarm whose name is written in a way that this test does not read', () => {
    const logged = /logger(?:\.\w+|\[\w+\])\(\s*\{[^}]*\balarm\b(?!: ')/;
    const unread = sources.filter(({ text }) => logged.test(text)).map(({ path }) => path);
    expect(unread.toSorted()).to.deep.equal(writers);
  });

  it('says of each what it means and what to do, and names metrics that there are', () => {
    const metrics = new Set(sources.flatMap(({ text }) => text.match(/\bhuidiao_[a-z_]+/g) ?? []));
    for (const [name, means = '', todo = '', measured = ''] of cells) {
      expect(
        [means, todo].map((cell) => cell.length > 10),
        name,
      ).to.deep.equal(name === 'alarm' ? [false, false] : [true, true]);
      for (const metric of measured.match(/huidiao_[a-z_]+/g) ?? []) expect(metrics, name).to.include(metric);
    }
  });
});
