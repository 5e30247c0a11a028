import { AppError } from '@huidiao/errors';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type LoopOptions, runLoop } from './run-loop.ts';

function start(round: LoopOptions['round'], options: Partial<LoopOptions> = {}) {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line));
  const metrics = createMetrics({ service: 'test' });
  const loop = runLoop({
    name: 'test',
    intervalMs: 1,
    round,
    limit: 100,
    logger: createLogger({ service: 'test', level: 'info' }, { write }),
    metrics,
    random: () => 0.5,
    ...options,
  });
  return { loop, lines, metrics };
}

describe('runLoop', () => {
  it('runs rounds until it is stopped, and none after', async () => {
    let rounds = 0;
    const { loop } = start(async () => {
      rounds += 1;
      return 0;
    });
    await waitFor('rounds', () => rounds >= 3);
    await loop.stop();
    const atStop = rounds;
    await new Promise((resolve) => setImmediate(resolve));
    expect(rounds).to.equal(atStop);
  });

  it('waits for the round under way when it is stopped', async () => {
    let release: () => void = () => undefined;
    const order: string[] = [];
    const { loop } = start(async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      order.push('the round ended');
      return 0;
    });
    const stopped = loop.stop().then(() => order.push('stopped'));
    await new Promise((resolve) => setImmediate(resolve)); // time enough to stop without waiting
    release();
    await stopped;
    expect(order).to.deep.equal(['the round ended', 'stopped']);
  });

  it('stops at once in the pause between two rounds', async () => {
    let rounds = 0;
    const { loop } = start(
      async () => {
        rounds += 1;
        return 0;
      },
      { intervalMs: 60_000 },
    );
    await waitFor('the first round', () => rounds === 1);
    await loop.stop();
    expect(rounds).to.equal(1);
  });

  it('writes a line for a round that did something, and none for one that did not', async () => {
    let rounds = 0;
    const { loop, lines, metrics } = start(async () => {
      rounds += 1;
      return rounds === 2 ? 7 : 0;
    });
    await waitFor('rounds', () => rounds >= 4);
    await loop.stop();
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({ event: 'reconciler.round', loop: 'test', count: 7 });
    expect(await metrics.registry.metrics()).to.match(/huidiao_reconciled_total\{[^}]*\} 7/);
  });

  it('goes on at once after a full round', async () => {
    let rounds = 0;
    const { loop } = start(
      async () => {
        rounds += 1;
        return rounds <= 5 ? 100 : 99;
      },
      { intervalMs: 60_000 },
    );
    await waitFor('all full rounds and one more', () => rounds === 6);
    await loop.stop();
    expect(rounds).to.equal(6);
  });

  it('survives failing rounds, and logs the first of each kind in a row', async () => {
    const failures = [
      'STORE_UNAVAILABLE',
      'STORE_UNAVAILABLE',
      'QUEUE_UNAVAILABLE',
      undefined,
      'STORE_UNAVAILABLE',
    ];
    let rounds = 0;
    const { loop, lines, metrics } = start(async () => {
      const code = failures[rounds];
      rounds += 1;
      if (code !== undefined) throw new AppError(code as 'STORE_UNAVAILABLE');
      return 0;
    });
    await waitFor('rounds', () => rounds > failures.length);
    await loop.stop();
    expect(lines.map((line) => line.errorCode)).to.deep.equal([
      'STORE_UNAVAILABLE',
      'QUEUE_UNAVAILABLE',
      'STORE_UNAVAILABLE',
    ]);
    const text = await metrics.registry.metrics();
    expect(text).to.match(/failed_rounds_total\{[^}]*error_code="STORE_UNAVAILABLE"[^}]*\} 3/);
  });
});
