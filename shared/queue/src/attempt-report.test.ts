import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createAttemptReport } from './attempt-report.ts';
import type { JobRun } from './job-run.ts';
import { createRecordingLogger, messageData, newMetrics } from './queue.fixture.test.ts';

const queue = 'subscribe-message';

describe('the line of an attempt', () => {
  const run: JobRun = {
    jobId: 'm1',
    envelope: { payload: messageData() },
    entry: undefined,
    policy: { attempts: 1, baseDelayMs: 1, maxDelayMs: 1, giveUpAfterMs: 1 },
    attempt: 1,
    postponements: 0,
    firstAttemptAt: new Date(0),
    failing: undefined,
    unendedStarts: 1,
  };

  function lineOf(outcome: string, error?: AppError): Record<string, unknown> | undefined {
    const { logger, lines } = createRecordingLogger();
    const report = createAttemptReport({ queue, lane: 'live', logger, metrics: newMetrics() });
    report.start('send-subscribe-message', run)({ outcome }, error);
    return lines[0];
  }

  it('is an alarm when the job died for good, with its queue, its order and the code that it died of', () => {
    expect(lineOf('dead_letter', new AppError('MESSAGE_REFUSED'))).to.include({
      event: 'job.attempted',
      level: 'error',
      alarm: 'dead-letter',
      queue,
      jobId: 'm1',
      outTradeNo: 'order-0001',
      errorCode: 'MESSAGE_REFUSED',
    });
  });

  for (const outcome of ['retry', 'postponed', 'dead_letter_not_stored', 'put_back', 'not_settled']) {
    it(`is none of an attempt that ended as ${outcome}, for its job comes again`, () => {
      expect(lineOf(outcome, new AppError('WECHAT_BUSY')))
        .to.include({ outcome })
        .and.not.have.property('alarm');
    });
  }

  it('is none of a job that was done', () => {
    expect(lineOf('sent')).to.include({ level: 'info' }).and.not.have.property('alarm');
  });
});
