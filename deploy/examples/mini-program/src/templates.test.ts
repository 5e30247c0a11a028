import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { listNames, miniprogramFolder, readWxml } from './index.ts';
import { loadMiniProgram } from './phone/load-mini-program.ts';

const read = (path: string) => readFileSync(join(miniprogramFolder, path), 'utf8');
const app = JSON.parse(read('app.json')) as {
  pages: string[];
  sitemapLocation: string;
  tabBar: { list: { pagePath: string }[] };
};

/** What a page registers. */
function register(path: string): { data: Record<string, unknown>; [member: string]: unknown } {
  let registered: { data: Record<string, unknown> } = { data: {} };
  const Page = (options: typeof registered) => {
    registered = options;
  };
  loadMiniProgram({ Page, wx: {} }, {}).run(path);
  return registered;
}

describe('the files of the mini-program', () => {
  it('are those that app.json names, as WeChat developer tools open them', () => {
    const project = JSON.parse(readFileSync(join(miniprogramFolder, '../project.config.json'), 'utf8'));
    expect(project).to.include({ compileType: 'miniprogram', miniprogramRoot: 'miniprogram/' });
    expect(project.setting.useCompilerPlugins).to.deep.equal(['typescript']);
    const folders = readdirSync(join(miniprogramFolder, 'pages'));
    expect(app.pages.map((path) => path.split('/')[1]).sort()).to.deep.equal(folders.sort());
    for (const path of app.pages) {
      for (const ending of ['ts', 'wxml', 'wxss', 'json']) expect(read(`${path}.${ending}`)).not.to.equal('');
      expect(JSON.parse(read(`${path}.json`))).to.have.property('navigationBarTitleText');
    }
    for (const { pagePath } of app.tabBar.list) expect(app.pages).to.include(pagePath);
    expect(JSON.parse(read(app.sitemapLocation))).to.have.property('rules');
  });

  for (const path of app.pages) {
    it(`fit together: every handler and every name in ${path}.wxml is one of its page`, () => {
      const { data, ...members } = register(path);
      const source = read(`${path}.wxml`);
      const tags = readWxml(source);
      const handlers = tags.flatMap(({ attributes }) =>
        Object.entries(attributes).flatMap(([name, value]) => (name.startsWith('bind') ? [value] : [])),
      );
      expect(handlers.length).to.be.greaterThan(0);
      for (const handler of handlers) expect(members[handler], handler).to.be.a('function');
      for (const name of listNames(source)) expect(['item', ...Object.keys(data)]).to.include(name);
    });
  }

  it('keep the session, and no secret, on the phone', () => {
    const sources = readdirSync(miniprogramFolder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const all = sources.map(read).join('\n');
    expect(all).not.to.match(/session_key'|sessionKey|app_?secret|hdk_/i);
  });
});
