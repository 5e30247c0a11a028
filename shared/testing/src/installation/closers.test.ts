import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createClosers } from './closers.ts';

describe('closing what an installation opened', () => {
  it('goes from what was opened last to what was opened first, once', async () => {
    const closers = createClosers();
    const closed: string[] = [];
    for (const name of ['first', 'second']) closers.add(async () => void closed.push(name));
    await Promise.all([closers.closeAll(), closers.closeAll()]);
    expect(closed).to.deep.equal(['second', 'first']);
  });

  it('closes the others too where one fails, and tells of that', async () => {
    const closers = createClosers();
    const closed: string[] = [];
    closers.add(async () => void closed.push('first'));
    closers.add(() => Promise.reject(new Error('it hangs')));
    const failure = await closers.closeAll().catch((error: unknown) => error);
    expect(failure).to.include({ message: 'it hangs' });
    expect(closed).to.deep.equal(['first']);
  });
});
