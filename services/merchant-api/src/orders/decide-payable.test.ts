import type { OrderStatus } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decideNotPayable, usablePrepayId } from './decide-payable.ts';

const now = new Date('2026-11-22T00:00:00Z');
const inMs = (ms: number) => new Date(now.getTime() + ms);

describe('decideNotPayable', () => {
  const rows: [status: OrderStatus, expiresInMs: number, reason: string | undefined][] = [
    ['created', 1, undefined],
    ['created', 0, 'expired'],
    ['created', -1, 'expired'],
    ['paid', 1, 'paid'],
    ['accepted', 1, 'paid'],
    ['fulfilled', -1, 'paid'],
    ['closed', 1, 'closed'],
    ['closed', -1, 'closed'],
  ];
  for (const [status, expiresInMs, reason] of rows) {
    it(`says ${reason ?? 'payable'} of a ${status} order that expires in ${expiresInMs} ms`, () => {
      expect(decideNotPayable({ status, timeExpire: inMs(expiresInMs) }, now)).to.equal(reason);
    });
  }
});

describe('usablePrepayId', () => {
  const rows: [left: number, usable: boolean][] = [
    [7_200_000, true],
    [60_001, true],
    [60_000, false],
    [-1, false],
  ];
  for (const [left, usable] of rows) {
    it(`${usable ? 'uses' : 'replaces'} a prepay_id with ${left} ms left`, () => {
      const order = { prepayId: 'wx1', prepayIdExpiresAt: inMs(left) };
      expect(usablePrepayId(order, now)).to.equal(usable ? 'wx1' : undefined);
    });
  }

  it('has none before the first prepay', () => {
    expect(usablePrepayId({}, now)).to.equal(undefined);
  });
});
