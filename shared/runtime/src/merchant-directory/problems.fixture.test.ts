import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { after, before, it } from 'mocha';
import {
  createMerchantFiles,
  type MerchantFiles,
  toAppEntry,
  toMerchantEntry,
} from '../../test/merchant-files.ts';
import { loadMerchantDirectory } from './load-merchant-directory.ts';

/** One thing wrong in an entry that is good otherwise. */
export interface Mistake {
  /** What is wrong; the test's name. */
  readonly name: string;
  /** The members of the entry that are other than they should be. */
  readonly change: object;
  /** The JSON path that the problem has to begin with. */
  readonly at: string;
  readonly says: string;
}

/** What the files and variables of the tests hold that no problem may repeat. */
const secrets = /hunter|aHVu/;

/** One test for each: the mistake gives one problem, which names the place and shows no secret. */
function itReportsEach(mistakes: readonly Mistake[], load: (change: object) => unknown): void {
  for (const { name, change, at, says } of mistakes) {
    it(name, () => {
      const problems = problemsOf(() => load(change));
      expect(problems).to.have.length(1);
      expect(problems[0]).to.satisfy((line: string) => line.startsWith(`${at} `));
      expect(problems[0]).to.include(says);
      expect(problems[0]).not.to.match(secrets);
    });
  }
}

/** Where mistakes are made: in the entry of a merchant or of an app, among these variables and files. */
export interface MistakenFile {
  readonly of: 'merchant' | 'app';
  readonly env: NodeJS.ProcessEnv;
  /** Writes what entries name beside the usual keys. */
  readonly prepare?: (files: MerchantFiles) => void;
}

/** The same for mistakes of a merchants file, which stands for as long as the suite that calls this runs. */
export function itReportsEachOfFile({ of, env, prepare }: MistakenFile, mistakes: readonly Mistake[]): void {
  let files: MerchantFiles;
  before(() => {
    files = createMerchantFiles();
    prepare?.(files);
  });
  after(() => files.remove());
  itReportsEach(mistakes, (change) => {
    const merchant = { ...toMerchantEntry(), ...(of === 'merchant' ? change : {}) };
    const app = { ...toAppEntry(), ...(of === 'app' ? change : {}) };
    return loadMerchantDirectory(files.writeMerchants([merchant], [app]), env);
  });
}

/** The lines of the error, without its heading. */
export function problemsOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    expect(error).to.be.instanceOf(AppError).and.to.include({ code: 'CONFIG_INVALID' });
    return (error as AppError).message
      .split('\n')
      .slice(1)
      .map((line) => line.replace('  - ', ''));
  }
  throw new Error('the file was accepted');
}
