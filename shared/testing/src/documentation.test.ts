import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appConfig, merchantConfig } from '@huidiao/contracts';
import { errorCatalogue } from '@huidiao/errors';
import { ingressShape } from '@huidiao/ingress';
import { merchantApiShape } from '@huidiao/merchant-api';
import { messageWorkerShape } from '@huidiao/message-worker';
import { orderWorkerShape } from '@huidiao/order-worker';
import { reconcilerShape } from '@huidiao/reconciler';
import type { ConfigShape } from '@huidiao/runtime';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const top = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(top, path), 'utf8');

/** The rows below a table's header, each as its cells. */
function tableUnder(text: string, header: string): string[][] {
  const lines = text.split('\n');
  const start = lines.indexOf(header);
  if (start === -1) throw new Error(`no table with the header ${header}`);
  const rows = lines.slice(start + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

const shapes: Record<string, ConfigShape> = {
  ingress: ingressShape,
  'merchant-api': merchantApiShape,
  'order-worker': orderWorkerShape,
  'message-worker': messageWorkerShape,
  reconciler: reconcilerShape,
};

/** What the code says: variable → service → default. */
function variablesOfCode(): Record<string, Record<string, string>> {
  const variables: Record<string, Record<string, string>> = {};
  for (const [service, shape] of Object.entries(shapes)) {
    for (const [variable, schema] of Object.entries(shape)) {
      const unset = schema.safeParse(undefined);
      const services = variables[variable] ?? {};
      services[service] = unset.success ? String(unset.data) : 'required';
      variables[variable] = services;
    }
  }
  return variables;
}

/** What the table says, in the same form. */
function variablesOfTable(): Record<string, Record<string, string>> {
  const rows = tableUnder(
    read('deploy/docs/configuration.md'),
    '| variable | default | services | meaning |',
  );
  return Object.fromEntries(
    rows.map(([variable = '', defaults = '', services = '']) => {
      const names = services === 'all' ? Object.keys(shapes) : services.split(', ');
      const own = new Map(
        [...defaults.matchAll(/(\S+) \(([a-z-]+)\)/g)].map(([, value, service]) => [service, value]),
      );
      return [variable, Object.fromEntries(names.map((name) => [name, own.get(name) ?? defaults]))];
    }),
  );
}

describe('the documents say what the code does', () => {
  it('error codes', () => {
    const rows = tableUnder(read('deploy/docs/errors.md'), '| code | kind | meaning | what to do |');
    const expected = Object.entries(errorCatalogue).map(([code, entry]) => [
      code,
      entry.kind,
      entry.meaning,
      entry.whatToDo,
    ]);
    expect(rows).to.deep.equal(expected);
  });

  it('environment variables, their defaults and who reads them', () => {
    expect(variablesOfTable()).to.deep.equal(variablesOfCode());
  });

  for (const [header, schema] of [
    ['| merchants[] | what it is |', merchantConfig],
    ['| apps[] | what it is |', appConfig],
  ] as const) {
    it(`the keys of ${header.split(' ')[1]} in the merchants file`, () => {
      const keys = tableUnder(read('deploy/docs/configuration.md'), header).map(([key]) => key);
      expect(keys).to.deep.equal(Object.keys(schema.shape));
    });
  }

  it('the commands that the documents name are there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const documents = [
      'README.md',
      'deploy/docs/configuration.md',
      'deploy/docs/architecture.md',
      'deploy/docs/callbacks.md',
      'deploy/docs/callbacks.zh.md',
      'deploy/docs/merchant-api.md',
      'deploy/docs/set-up.md',
      'deploy/docs/set-up.zh.md',
      'deploy/docs/dead-letters.md',
      'deploy/docs/alarms.md',
      'deploy/docs/guarantees.md',
      '.github/CONTRIBUTING.md',
    ];
    const named = documents.flatMap((path) =>
      [...read(path).matchAll(/npm (?:run (?:-s )?([a-z-]+)|(start|test))/g)].map((m) => m[1] ?? m[2]),
    );
    expect(named).not.to.have.length(0);
    for (const name of named) expect(Object.keys(scripts)).to.include(name);
  });

  it('the links between the documents lead somewhere', () => {
    for (const path of [
      'README.md',
      'deploy/docs/architecture.md',
      'deploy/docs/callbacks.md',
      'deploy/docs/callbacks.zh.md',
      'deploy/docs/merchant-api.md',
      'deploy/docs/set-up.md',
      'deploy/docs/set-up.zh.md',
      'deploy/docs/configuration.md',
      'deploy/docs/dead-letters.md',
      'deploy/docs/alarms.md',
      'deploy/docs/errors.md',
      'deploy/docs/guarantees.md',
    ]) {
      for (const [, target = ''] of read(path).matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)) {
        expect(
          () =>
            readFileSync(
              join(top, path, '..', target, target.includes('.') || target === 'LICENSE' ? '' : 'README.md'),
            ),
          `${path} → ${target}`,
        ).not.to.throw();
      }
    }
  });
});
