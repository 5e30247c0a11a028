import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appConfig, merchantConfig } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { merchantApiShape } from '../config.ts';
import { checks } from './checks.ts';

const clone = join(import.meta.dirname, '../../../..');

/** One setting of a page: its number, the keys that it becomes, what checks it, and what is to be typed. */
interface Setting {
  readonly number: number;
  readonly keys: readonly string[];
  readonly checks: readonly string[];
  readonly commands: readonly string[];
  /** Names of WeChat's that both languages have, in their order. */
  readonly words: readonly string[];
  readonly lines: number;
}

const words = {
  en: ['Where', 'Enter', 'Key', 'Checked by'],
  zh: ['位置', '填写', '配置项', '检查'],
} as const;

function readPage(language: 'en' | 'zh'): Setting[] {
  const file = language === 'en' ? 'set-up.md' : 'set-up.zh.md';
  const text = readFileSync(join(clone, 'deploy/docs', file), 'utf8');
  const [, ...sections] = text.split(/^### (?=\d)/m);
  return sections.map((section) => {
    const [heading = '', ...rest] = section.split(/\n## /)[0]?.trim().split('\n') ?? [];
    const starts = words[language].map((word) => (language === 'en' ? `- ${word}: ` : `- ${word}：`));
    expect(
      rest.map((line, index) => line.startsWith(starts[index] ?? '-')),
      heading,
    ).to.deep.equal([true, true, true, true]);
    const [, , keys = '', checkedBy = ''] = rest;
    const quoted = (line: string) => [...line.matchAll(/`([^`]+)`/g)].map(([, one = '']) => one);
    const names = checks.map(({ name }) => name);
    return {
      number: Number.parseInt(heading, 10),
      keys: quoted(keys),
      checks: quoted(checkedBy).filter((one) => names.includes(one)),
      commands: quoted(rest.join(' ')).filter((one) => /^(npm|openssl)/.test(one)),
      words: [
        ...rest
          .slice(0, 2)
          .join(' ')
          .matchAll(/`[^`]+`/g),
      ].map(([word]) => word),
      lines: rest.length,
    };
  });
}

describe('the set-up pages', () => {
  const pages = { en: readPage('en'), zh: readPage('zh') };

  it('say the same in both languages, in the same order', () => {
    expect(pages.zh).to.deep.equal(pages.en);
    expect(pages.en.map(({ number }) => number)).to.deep.equal(pages.en.map((_, index) => index + 1));
  });

  it('name the checks of the doctor, all of them, in the order in which they run', () => {
    const named = [...new Set(pages.en.flatMap((setting) => setting.checks))];
    expect(named).to.deep.equal(checks.map(({ name }) => name));
  });

  it('name for each setting the checks that look at it', () => {
    for (const { name, settings } of checks) {
      const keys = pages.en
        .filter((setting) => setting.checks.includes(name))
        .flatMap((setting) => setting.keys);
      expect([...new Set(keys)].sort(), name).to.deep.equal([...settings].sort());
    }
  });

  it('name keys and variables that there are', () => {
    const known = [merchantConfig.shape, appConfig.shape, merchantApiShape].flatMap((shape) =>
      Object.keys(shape),
    );
    for (const { keys } of pages.en) for (const key of keys) expect(known).to.include(key);
  });

  it('tell in both languages how each service is built and started', () => {
    const toPrograms = (file: string) =>
      readFileSync(join(clone, 'deploy/docs', file), 'utf8').match(/(?<=`node )services\/\S+(?=`)/g);
    const services = readdirSync(join(clone, 'services')).filter((name) => name !== 'wechat-simulator');
    for (const file of ['set-up.md', 'set-up.zh.md']) {
      const wanted = services.map((name) => `services/${name}/dist/main.js`);
      expect(toPrograms(file), file).to.have.members(wanted);
      expect(readFileSync(join(clone, 'deploy/docs', file), 'utf8')).to.match(
        /npm ci && npm run build[\s\S]*migrate/,
      );
    }
  });

  it('leave out no key that a merchant or an app must have', () => {
    const isRequired = (schema: { safeParse(value: unknown): { success: boolean } }) =>
      !schema.safeParse(undefined).success;
    const shapes = [...Object.entries(merchantConfig.shape), ...Object.entries(appConfig.shape)];
    const required = shapes.filter(([, schema]) => isRequired(schema)).map(([key]) => key);
    expect(pages.en.flatMap(({ keys }) => keys)).to.include.members(required);
  });
});
