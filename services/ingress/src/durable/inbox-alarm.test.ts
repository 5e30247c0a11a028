import { AppError } from '@huidiao/errors';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createInboxAlarm } from './inbox-alarm.ts';

function createRig() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line));
  const metrics = createMetrics({ service: 'test' });
  let now = 0;
  const alarm = createInboxAlarm({
    logger: createLogger({ service: 'test', level: 'info' }, { write }),
    metrics,
    now: () => now,
  });
  return {
    alarm,
    lines,
    pass: (ms: number) => {
      now += ms;
    },
    gauge: async () => /^huidiao_inbox_in_use\S* (\d)$/m.exec(await metrics.registry.metrics())?.[1],
  };
}

const why = new AppError('QUEUE_UNAVAILABLE');

describe('the alarm of the inbox', () => {
  it('is silent while Redis takes every callback', async () => {
    const { alarm, lines, gauge } = createRig();
    alarm.inRedis();
    expect(lines).to.deep.equal([]);
    expect(await gauge()).to.equal('0');
  });

  it('says once that callbacks go to the inbox, and why, however many do', async () => {
    const { alarm, lines, gauge } = createRig();
    for (let index = 0; index < 100; index += 1) alarm.inInbox(why);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({
      event: 'inbox.in_use',
      level: 'error',
      alarm: 'inbox-in-use',
      errorCode: 'QUEUE_UNAVAILABLE',
    });
    expect(await gauge()).to.equal('1');
  });

  it('says once that it is over, and how many callbacks it was', async () => {
    const { alarm, lines, pass, gauge } = createRig();
    alarm.inInbox(why);
    pass(4_000);
    alarm.inInbox(why);
    pass(10_000);
    for (let index = 0; index < 100; index += 1) alarm.inRedis();
    expect(lines.slice(1)).to.have.length(1);
    expect(lines[1]).to.include({
      event: 'inbox.out_of_use',
      level: 'info',
      callbacks: 2,
      durationMs: 4_000,
    });
    expect(await gauge()).to.equal('0');
  });

  it('makes one alarm of a Redis that comes and goes', async () => {
    const { alarm, lines, pass, gauge } = createRig();
    for (let index = 0; index < 100; index += 1) {
      alarm.inInbox(why);
      pass(200);
      alarm.inRedis();
    }
    expect(lines).to.have.length(1);
    expect(await gauge()).to.equal('1');
  });
});
