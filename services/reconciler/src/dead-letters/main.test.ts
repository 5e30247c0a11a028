import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type DeadLetterBench, openDeadLetterBench } from './dead-letters.fixture.test.ts';

/** What `npm run dead-letters` starts. */
const command = resolve(import.meta.dirname, '../../dist/dead-letters/main.js');

describe('the built command dead-letters', function () {
  this.timeout(30_000);
  let bench: DeadLetterBench;
  before(async () => {
    bench = await openDeadLetterBench();
    await bench.stopWorker();
  });
  after(() => bench.close());

  it('stops a replay at Ctrl-C, says what was done, and has only results on standard output', async () => {
    const rows = await Promise.all([bench.put(), bench.put()]);
    const child = spawn(process.execPath, [command, 'replay', ...rows.map(({ id }) => id)], {
      env: { PATH: process.env.PATH, ...bench.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      let err = '';
      child.stderr.on('data', (chunk: Buffer) => {
        err += chunk.toString();
      });
      const ended = Promise.all([once(child, 'close'), text(child.stdout)]);
      await waitFor('the first to be added', () => err.includes('waiting until it is settled'), {
        timeoutMs: 18_000,
      });
      child.kill('SIGINT');
      const [[code], out] = await ended;
      expect(code, err).to.equal(1);
      expect(out).to.equal(
        'replayed 1, resolved so far 0, died again 0, not settled yet 1, skipped 0, refused 0, untouched 1\n',
      );
      expect(err).to.match(/stopped as asked/);
      const states = await Promise.all(rows.map(async ({ id }) => (await bench.row(id)).state));
      expect(states).to.deep.equal(['replayed', 'open']);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
