import { type JobName, largestJobBytes } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { checkNewJob, type NewJob } from './new-job.ts';
import { messageData } from './queue.fixture.test.ts';

const legal: NewJob<'send-subscribe-message'> = {
  name: 'send-subscribe-message',
  id: 'send-subscribe-message_1900000001_a|b*c_d',
  data: messageData(),
};

function refusal(job: unknown): AppError | undefined {
  try {
    checkNewJob(job as NewJob);
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

describe('checkNewJob', () => {
  it('gives the queue of the catalogue and the size of the data', () => {
    const checked = checkNewJob(legal);
    expect(checked.queue).to.equal('subscribe-message');
    expect(checked.bytes).to.equal(JSON.stringify(legal.data).length);
    expect(checked).to.include({ delayMs: 0, lane: 'live' });
  });

  const refused: [why: string, job: unknown][] = [
    ['an id with a colon', { ...legal, id: 'a:b' }],
    ['an id of digits only', { ...legal, id: '4200001234202608010000000001' }],
    ['a negative number as id', { ...legal, id: '-12' }],
    ['an empty id', { ...legal, id: '' }],
    ['an id that is no text', { ...legal, id: 12 }],
    ['an endless id', { ...legal, id: 'x'.repeat(301) }],
    ['a name that the catalogue does not have', { ...legal, name: 'send-letter' as JobName }],
    ['a name that every object has', { ...legal, name: 'constructor' }],
    ['data that the schema refuses', { ...legal, data: { ...legal.data, mchId: 1900000001 } }],
    ['data with a BigInt', { ...legal, data: { ...legal.data, outTradeNo: 1n } }],
    ['no data', { ...legal, data: undefined }],
    ['a delay that is no whole number', { ...legal, delayMs: 1.5 }],
    ['a lane that there is not', { ...legal, lane: 'fast' }],
    ['a delay of years', { ...legal, delayMs: 1e12 }],
  ];
  for (const [why, job] of refused) {
    it(`refuses ${why}`, () => {
      expect(refusal(job)).to.include({ code: 'JOB_INVALID', kind: 'permanent' });
    });
  }

  it('accepts the largest job and refuses one byte more', () => {
    const keep = (body: string): NewJob<'keep-callback'> => ({
      name: 'keep-callback',
      id: 'keep-callback_1900000001_n1',
      data: {
        requestId: 'r',
        callbackKey: 'k',
        mchId: '1900000001',
        notificationId: 'n1',
        eventType: 'X',
        receivedAt: '2026-08-01T00:00:00.000Z',
        reason: 'unknown_type',
        problem: 'p',
        isForwarded: false,
        bodyEncoding: 'utf8' as const,
        body,
      },
    });
    const overhead = checkNewJob(keep('')).bytes;
    expect(checkNewJob(keep('x'.repeat(largestJobBytes - overhead))).bytes).to.equal(largestJobBytes);
    expect(refusal(keep('x'.repeat(largestJobBytes - overhead + 1)))?.code).to.equal('JOB_INVALID');
  });

  it('names the field that is wrong, but not its value', () => {
    const error = refusal({ ...legal, data: { ...legal.data, outTradeNo: 'secret!' } });
    expect(error?.message).to.contain('outTradeNo').and.not.contain('secret');
  });
});
