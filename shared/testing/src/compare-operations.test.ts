import { SUPPORTED_OPERATIONS } from '@huidiao/local';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { compareOperations } from './compare-operations.ts';

/** A record in which everything that is supported is both used and shown, each operator by `find`. */
const complete = ['huidiao_test_1', 'huidiao_test_2_conformance'].flatMap((database) => [
  ...SUPPORTED_OPERATIONS.commands.map((command) => `${database} ${command}`),
  ...SUPPORTED_OPERATIONS.operators.map((operator) => `${database} find ${operator}`),
]);
const compare = (lines: readonly string[]) => compareOperations(`${lines.join('\n')}\n`);

describe('comparing what is asked of the embedded store with its conformance cases', () => {
  it('finds nothing where every operation that is used has a case', () => {
    expect(compare(complete)).to.deep.equal([]);
    expect(compare(complete.toReversed())).to.deep.equal([]);
  });

  it('names the command that no case shows', () => {
    const [problem, ...others] = compare(
      complete.filter((line) => line !== 'huidiao_test_2_conformance getMore'),
    );
    expect(problem).to.match(/^getMore: is used, and a case that shows it is missing in .*conformance-cases/);
    expect(others).to.have.length(0);
  });

  it('names the command and the operator that no case shows, once for all databases that use it', () => {
    const used = ['huidiao_test_1 findAndModify $in', 'huidiao_test_3 findAndModify $in'];
    const [problem, ...others] = compare([...used, ...complete]);
    expect(problem).to.match(/^findAndModify \$in: is used/);
    expect(others).to.have.length(0);
  });

  it('names the command and the option that no case shows', () => {
    expect(compare([...complete, 'huidiao_test_1 find option:sort'])[0]).to.match(
      /^find option:sort: is used/,
    );
  });

  it('has nothing against a case for an operation that the services do with another command', () => {
    expect(compare([...complete, 'huidiao_test_2_conformance findAndModify $in'])).to.deep.equal([]);
  });

  it('names what the store supports for its cases alone', () => {
    const [problem, ...others] = compare(complete.filter((line) => line !== 'huidiao_test_1 find $exists'));
    expect(problem).to.match(/^\$exists: only the conformance cases use it/);
    expect(others).to.have.length(0);
  });

  it('expects no case for the handshake of every connection', () => {
    expect(compare([...complete, 'admin hello', 'admin ismaster'])).to.deep.equal([]);
  });
});
