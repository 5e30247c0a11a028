import { AppError } from '@huidiao/errors';
import type { ShippingClient, ShippingUpload } from '@huidiao/wechat';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { appId, toDirectory } from '../order-worker.fixture.test.ts';
import { withQuotaPauses } from './quota-pauses.ts';

const upload = {} as ShippingUpload;

describe('a quota that is used up', () => {
  it('keeps all jobs of the app from calling until it is filled, and no other call or app', async () => {
    const app = toDirectory().apps.get(appId) ?? expect.fail('no app');
    const other = { ...app, appId: 'wxffffffffffffffff' };
    const called: string[] = [];
    const error = new AppError('WECHAT_QUOTA_EXHAUSTED', { retryAfterMs: 60_000 });
    const client: Pick<ShippingClient, 'upload' | 'findOrder'> = {
      upload: async (of) => {
        called.push(of.appId);
        return { kind: 'unknown', error };
      },
      findOrder: async () => {
        called.push('findOrder');
        return { kind: 'unknown', error: new AppError('WECHAT_BUSY') };
      },
    };
    let now = 0;
    const paused = withQuotaPauses(client, { now: () => new Date(now) });
    expect((await paused.upload(app, upload)).kind).to.equal('unknown');
    now += 20_000;
    const second = await paused.upload(app, upload);
    expect(second.kind).to.equal('refused');
    expect('error' in second && second.error).to.include({
      code: 'WECHAT_QUOTA_EXHAUSTED',
      retryAfterMs: 40_000,
    });
    await paused.findOrder(app, '42');
    await paused.upload(other, upload);
    now += 40_000;
    await paused.upload(app, upload);
    expect(called).to.deep.equal([appId, 'findOrder', other.appId, appId]);
  });
});
