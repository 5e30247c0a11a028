import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { testRedisUrl, toNodeWords, toTestProgram, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { openQueueBench, type QueueBench, queue } from './queue-bench.fixture.test.ts';

const lockMs = 500;

/**
 * Two processes are killed, one after the other, while they hold two jobs; a third works on. Of one of the jobs
 * the first of these deaths was already the nineteenth.
 */
describe('jobs whose worker is killed by SIGKILL', function () {
  this.timeout(60_000);
  let bench: QueueBench;
  const children: ChildProcess[] = [];

  before(async () => {
    bench = await openQueueBench();
    await Promise.all([bench.add('unlucky'), bench.add('deadly')]);
    await bench.redis.hset(bench.key('deadly'), 'ats', 18);
    expect(await diesHolding(2)).to.equal('SIGKILL');
    expect(await diesHolding(2)).to.equal('SIGKILL');
    await bench.add('innocent');
    bench.work((_data, { attempt }) => ({ outcome: 'sent', attempt }), { lockMs });
    await waitFor('all jobs', () => bench.attempts().length === 3, { timeoutMs: 30_000 });
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await bench.close();
  });

  async function diesHolding(jobs: number): Promise<unknown> {
    const args = [testRedisUrl(), bench.prefix, String(lockMs), String(jobs)];
    const child = spawn(process.execPath, toNodeWords(toTestProgram('worker-that-dies'), args), {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    children.push(child);
    const [, signal] = await once(child, 'exit');
    return signal;
  }
  const attemptOf = (jobId: string) => bench.attempts().find((line) => line.jobId === jobId);

  it('two deaths bury nothing: the third worker does the job, and it has used up no attempt', () => {
    expect(attemptOf('unlucky')).to.include({ outcome: 'sent', attempt: 1 });
  });

  it('a job that was there at every death becomes a dead letter, and is not started again', async () => {
    expect(attemptOf('deadly')).to.include({ outcome: 'dead_letter', errorCode: 'JOB_KILLED_WORKERS' });
    expect(bench.deadLetters.stored.map((letter) => [letter.jobId, letter.errorCode])).to.deep.equal([
      ['deadly', 'JOB_KILLED_WORKERS'],
    ]);
    expect(bench.deadLetters.stored[0]?.details).to.include({ unendedStarts: 21 });
  });

  it('the jobs beside it go on', async () => {
    expect(attemptOf('innocent')).to.include({ outcome: 'sent' });
    await waitFor('an empty queue', async () => {
      const { waiting, active, delayed, failed } = await bench.reader.counts(queue);
      return waiting + active + delayed + failed === 0;
    });
  });
});
