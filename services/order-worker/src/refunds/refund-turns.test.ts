import { AppError } from '@huidiao/errors';
import type { Order, OrderRefundRequest } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { refundPace } from './refund-pace.ts';
import { takeRefundTurns } from './refund-turns.ts';

const now = new Date('2026-11-22T10:00:00Z');
const longAgo = new Date('2026-10-01T10:00:00Z');
const order = { appId: 'wx1', openId: 'o-1', createdAt: now, paidAt: now } as Order;
const asked = { outRefundNo: 'r-1' } as OrderRefundRequest;
const refused = { ...asked, errorCode: 'NOT_ENOUGH' };

/** Takes turns where those of one kind are gone. */
async function take(of: Order, request: OrderRefundRequest, gone = '', random = () => 0) {
  const taken: string[] = [];
  const turns = {
    take: async ({ key }: { readonly key: string }) => {
      const [kind = ''] = key.split('_');
      if (kind === gone) return 0;
      taken.push(kind);
      return 1;
    },
  };
  const deps = { store: { turns }, pace: refundPace, clock: { now: () => now }, random };
  const error = await takeRefundTurns(deps, { mchId: '1900000001' }, of, request).catch((thrown) => thrown);
  return {
    taken,
    busy: error instanceof AppError ? { code: error.code, inMs: error.retryAfterMs } : undefined,
  };
}

describe('the turns of refunds', () => {
  it('of those that WeChat Pay refused before are spared for all others while there are none of their own', async () => {
    const { taken, busy } = await take({ ...order, paidAt: longAgo }, refused, 'refunds-again');
    expect(taken).to.deep.equal([]);
    expect(busy).to.include({ code: 'WECHAT_BUSY' });
  });

  it('of the merchant are taken last, and by nobody who has to wait for another', async () => {
    const old = { ...order, paidAt: longAgo };
    const all = ['refunds-again', 'refund-of-user', 'refunds-of-old', 'refunds'];
    expect(await take(old, refused)).to.deep.equal({ taken: all, busy: undefined });
    for (const [at, gone] of all.entries()) {
      expect((await take(old, refused, gone)).taken, gone).to.deep.equal(all.slice(0, at));
    }
    expect((await take(order, asked)).taken).to.deep.equal(['refund-of-user', 'refunds']);
  });

  it('that are gone are asked for again soon, and after minutes by those that were refused, each at its own time', async () => {
    const inMs = async (request: OrderRefundRequest, gone: string, random = 0) =>
      (await take(order, request, gone, () => random)).busy?.inMs;
    expect(await inMs(asked, 'refunds')).to.equal(1_000);
    expect(await inMs(asked, 'refund-of-user')).to.equal(refundPace.userSpacingMs);
    expect(await inMs(refused, 'refunds-again', 0)).to.equal(30_000);
    expect(await inMs(refused, 'refunds-again', 1)).to.equal(300_000);
    expect(await inMs(refused, 'refunds')).to.equal(1_000);
  });
});
