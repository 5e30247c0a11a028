import type { Lane, QueueName } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { batchLimits, toBatches } from './to-batches.ts';

const job = (queue: QueueName, bytes: number, lane: Lane = 'live') => ({ queue, lane, bytes });
const jobs = (count: number, queue: QueueName, bytes = 10) =>
  Array.from({ length: count }, () => job(queue, bytes));

describe('toBatches', () => {
  it('cuts after 128 jobs', () => {
    const sizes = toBatches(jobs(300, 'payment-event')).map((batch) => batch.length);
    expect(sizes).to.deep.equal([128, 128, 44]);
  });

  it('cuts before 256 KB are exceeded', () => {
    const half = batchLimits.maxBytes / 2;
    const sizes = toBatches([...jobs(2, 'payment-event', half), job('payment-event', 1)]).map(
      (b) => b.length,
    );
    expect(sizes).to.deep.equal([2, 1]);
  });

  it('lets a job beyond the limit travel alone', () => {
    const large = job('payment-event', batchLimits.maxBytes + 1);
    const small = job('payment-event', 1);
    expect(toBatches([small, large, small])).to.deep.equal([[small], [large], [small]]);
  });

  it('keeps queues apart and jobs of a queue in order', () => {
    const mixed = [job('payment-event', 1), job('order-fulfilment', 2), job('payment-event', 3)];
    expect(toBatches(mixed)).to.deep.equal([[mixed[0], mixed[2]], [mixed[1]]]);
  });

  it('keeps the lanes of a queue apart', () => {
    const mixed = [job('payment-event', 1), job('payment-event', 2, 'bulk'), job('payment-event', 3)];
    expect(toBatches(mixed)).to.deep.equal([[mixed[0], mixed[2]], [mixed[1]]]);
  });

  it('makes nothing of nothing', () => {
    expect(toBatches([])).to.deep.equal([]);
  });
});
