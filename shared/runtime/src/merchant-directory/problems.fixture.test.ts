import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { it } from 'mocha';

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
export function itReportsEach(mistakes: readonly Mistake[], load: (change: object) => unknown): void {
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
