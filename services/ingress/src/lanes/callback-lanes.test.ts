import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createCallbackLanes, type LimitedOwner } from './callback-lanes.ts';

const limits = { callbacksPerSecond: 2, callbacksBurst: 3 };

function createRig() {
  let now = 0;
  const owners: Record<string, LimitedOwner> = {
    '1900000001': { receiver: { mchId: '1900000001' }, limits },
    '1900000002': { receiver: { mchId: '1900000002' }, limits: { ...limits, callbacksBurst: 1 } },
    wx1234567890abcdef: { receiver: { appId: 'wx1234567890abcdef' }, limits },
  };
  const lanes = createCallbackLanes({ now: () => new Date(now) });
  const choose = (id: string, times: number) =>
    Array.from({ length: times }, () => lanes.choose(owners[id] as LimitedOwner));
  return {
    choose,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('the lane of a callback', () => {
  it('is live within its burst, bulk beyond it, and live again as time passes', () => {
    const { choose, pass } = createRig();
    expect(choose('1900000001', 5)).to.deep.equal(['live', 'live', 'live', 'bulk', 'bulk']);
    pass(500);
    expect(choose('1900000001', 2)).to.deep.equal(['live', 'bulk']);
  });

  it('is by each merchant’s own limits: one that floods costs the others nothing', () => {
    const { choose } = createRig();
    expect(choose('1900000001', 100).filter((lane) => lane === 'bulk')).to.have.length(97);
    expect(choose('1900000002', 2)).to.deep.equal(['live', 'bulk']);
    expect(choose('wx1234567890abcdef', 3)).to.deep.equal(['live', 'live', 'live']);
  });
});
