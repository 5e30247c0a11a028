import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  isReplay,
  toBaseJobId,
  toCountedJobId,
  toEffectId,
  toEffectJobId,
  toReportEffectId,
  toReportedMessageKey,
} from './job-id.ts';

const id = 'apply-payment_1900000001_4200002477202411270123456789_SUCCESS';

describe('counted job ids', () => {
  it('tell each repetition from the job and from every other repetition', () => {
    const repetitions = [id, toCountedJobId(id, 'heal', 1), toCountedJobId(id, 'heal', 2)];
    expect(new Set([...repetitions, toCountedJobId(id, 'replay', 1)]).size).to.equal(4);
  });

  it('lead back to the id that they repeat, however often it was repeated', () => {
    expect(toBaseJobId(id)).to.equal(id);
    expect(toBaseJobId(toCountedJobId(id, 'heal', 3))).to.equal(id);
    expect(toBaseJobId(toCountedJobId(toCountedJobId(id, 'heal', 3), 'replay', 12))).to.equal(id);
  });

  it('say whether a person added the job again', () => {
    expect(isReplay(id)).to.equal(false);
    expect(isReplay(toCountedJobId(id, 'heal', 1))).to.equal(false);
    expect(isReplay(toCountedJobId(id, 'replay', 1))).to.equal(true);
  });
});

describe('the id of an effect', () => {
  const effectId = toEffectId('send-subscribe-message', '1900000001', 'ORDER-1', 'order_paid');

  it('is that of its job in the first round, and each later round has one of its own', () => {
    expect(toEffectJobId({ id: effectId })).to.equal(effectId);
    expect(toEffectJobId({ id: effectId, round: 0 })).to.equal(effectId);
    const later = [1, 2].map((round) => toEffectJobId({ id: effectId, round }));
    expect(new Set([effectId, ...later]).size).to.equal(3);
    for (const id of later) {
      expect(toBaseJobId(id)).to.equal(effectId);
      expect(isReplay(id)).to.equal(false);
    }
  });

  it('of a report leads back to the message that it is about', () => {
    const reportId = toReportEffectId(effectId);
    expect(reportId).to.equal(toEffectId('report-undeliverable', '1900000001', 'ORDER-1', 'order_paid'));
    expect(toReportedMessageKey(reportId)).to.equal(effectId);
  });
});
