import type { Order } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createQueryTurns } from './query-turns.ts';
import type { Question } from './to-questions.ts';

const now = new Date('2026-11-22T12:00:00Z');
const hourMs = 60 * 60_000;
const payable = toQuestion(hourMs);
const expired = toQuestion(-hourMs);

function toQuestion(expiresInMs: number): Question {
  const timeExpire = new Date(now.getTime() + expiresInMs);
  const createdAt = new Date(now.getTime() - 2 * hourMs);
  return { orders: [{ timeExpire, createdAt, prepay: true } as Order] };
}

/** Turns of a merchant that may ask `perSecond` times a second, of which the store grants what it is told to. */
function create(granted: number[], perSecond = 20) {
  const asked: { want: number; burst: number; perSecond: number; key: string }[] = [];
  const limits = { callbacksPerSecond: 1, callbacksBurst: 1, queriesPerSecond: perSecond };
  const take = async (request: (typeof asked)[number]) => {
    asked.push(request);
    return Math.min(granted.shift() ?? 0, request.want);
  };
  return { asked, turns: createQueryTurns({ take }, { mchId: '1900000001', limits }) };
}

describe('the turns of a merchant', () => {
  it('take none where there is no order', async () => {
    const { turns, asked } = create([]);
    expect(await turns.choose([], now)).to.deep.equal([]);
    expect(asked).to.deep.equal([]);
  });

  it('are one for an order, and three for one that has to be closed', async () => {
    const { turns, asked } = create([100]);
    expect(await turns.choose([payable, expired, payable], now)).to.have.length(3);
    expect(asked).to.have.length(1);
    expect(asked[0]).to.include({ want: 5, perSecond: 20, burst: 20, key: 'query_1900000001' });
  });

  it('choose the first of the orders, as far as they go', async () => {
    const { turns } = create([4, 0]);
    expect(await turns.choose([payable, expired, payable], now)).to.deep.equal([payable, expired]);
    expect(await turns.choose([payable], now)).to.deep.equal([]);
  });

  it('are kept for the next time where they were too few, so that one call a second gets an order closed', async () => {
    const { turns, asked } = create([1, 1, 1], 1);
    expect(await turns.choose([expired], now)).to.deep.equal([]);
    expect(await turns.choose([expired], now)).to.deep.equal([]);
    expect(await turns.choose([expired], now)).to.deep.equal([expired]);
    expect(asked.map(({ want }) => want)).to.deep.equal([3, 2, 1]);
    expect(asked[0]).to.include({ perSecond: 1, burst: 3 });
  });
});
