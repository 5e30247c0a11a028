import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { installProblem, isInstalled, nodeVersionProblem } from '../bootstrap.mjs';
import { toMochaWords } from '../run-tests.mjs';
import { useFakeMachines } from './fake-programs.test.ts';

describe('nodeVersionProblem', () => {
  for (const version of ['18.20.4', 'v20.18.3', '20.9.0', '16.0.0', '0.12.18']) {
    it(`tells somebody with Node ${version} what is needed`, () => {
      expect(nodeVersionProblem(version))
        .to.include('20.19')
        .and.to.include(version)
        .and.to.include('nodejs.org');
    });
  }
  for (const version of ['20.19.0', 'v20.20.2', '21.0.0', '22.11.0', '26.1.0-nightly']) {
    it(`has nothing against Node ${version}`, () => {
      expect(nodeVersionProblem(version)).to.equal(undefined);
    });
  }
});

describe('installProblem', () => {
  it('says that the network is away where that is what npm means', () => {
    const words =
      'npm error code EAI_AGAIN\nnpm error network request to https://registry.npmjs.org/zod failed';
    expect(installProblem(words)).to.include(words).and.to.include('online').and.to.include('proxy');
  });

  it("gives npm's own words for anything else", () => {
    const problem = installProblem('npm error code EUSAGE\nMissing: zod from lock file');
    expect(problem).to.include('EUSAGE').and.not.to.include('online');
  });
});

describe('isInstalled', () => {
  const createMachine = useFakeMachines();
  const lock = {
    packages: {
      '': { name: 'huidiao' },
      'shared/queue': { version: '0.1.0' },
      'node_modules/@huidiao/queue': { link: true },
      'node_modules/zod': { version: '4.0.0' },
      'node_modules/lightning-darwin': { version: '1.0.0', optional: true },
    },
  };

  const install = (packages: object) => {
    const { folder } = createMachine();
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
    return folder;
  };
  const good = { 'node_modules/@huidiao/queue': { link: true }, 'node_modules/zod': { version: '4.0.0' } };

  it('is so after npm install, which may leave out what other platforms need', () => {
    expect(isInstalled(install(good))).to.equal(true);
  });

  it('is not so in a fresh clone', () => {
    const { folder } = createMachine();
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    expect(isInstalled(folder)).to.equal(false);
  });

  it('is not so when the lock file names another version or another package', () => {
    expect(isInstalled(install({ ...good, 'node_modules/zod': { version: '3.9.9' } }))).to.equal(false);
    expect(isInstalled(install({ 'node_modules/@huidiao/queue': { link: true } }))).to.equal(false);
  });
});

describe('the words that npm test has for mocha', () => {
  const createMachine = useFakeMachines();
  /** A clone with these files. */
  const clone = (...files: string[]) => {
    const { folder } = createMachine();
    for (const parent of ['shared/testing', 'services', 'deploy'])
      mkdirSync(join(folder, parent), { recursive: true });
    for (const file of files) {
      mkdirSync(join(folder, file, '..'), { recursive: true });
      writeFileSync(join(folder, file), '');
    }
    return folder;
  };
  const tests = [
    'shared/testing/src/b.test.ts',
    'services/ingress/src/routes/a.test.ts',
    'deploy/examples/shop/src/a.test.ts',
    'shared/errors/src/a.test.ts',
  ];

  it('spread every test file over the cores, whole installations first, and each once', () => {
    const folder = clone(
      ...tests.toReversed(),
      'shared/errors/src/a.ts',
      'shared/errors/dist/src/a.test.ts',
      'services/ingress/node_modules/b/src/b.test.ts',
    );
    const words = toMochaWords(folder, [], 2);
    expect(words.slice(0, 3)).to.deep.equal(['--parallel', '--jobs', '3']);
    expect(words.slice(-tests.length - 1)).to.deep.equal(['wholeRun=true', ...tests]);
  });

  for (const [cores, jobs] of [
    [1, '2'],
    [2, '3'],
    [4, '4'],
    [64, '4'],
  ] as const) {
    it(`ask for ${jobs} processes on ${cores} cores`, () => {
      expect(toMochaWords(clone(), [], cores)[2]).to.equal(jobs);
    });
  }

  it('leave a run that chooses among the tests spread, and do not call it whole', () => {
    const words = toMochaWords(clone(...tests), ['--grep', 'again'], 2);
    expect(words)
      .to.include('--parallel')
      .and.to.include.members(['--grep', 'again', ...tests]);
    expect(words.join(' ')).not.to.include('wholeRun');
  });

  it('are those given, in one process, when they name files', () => {
    const folder = clone(...tests);
    for (const file of ['shared/errors/src/a.test.ts', 'shared/**/a.test.ts', 'shared/errors']) {
      expect(toMochaWords(folder, ['--grep', 'again', file])).to.deep.equal(['--grep', 'again', file]);
    }
  });
});
