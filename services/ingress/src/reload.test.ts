import type { Merchant, MerchantDirectory } from '@huidiao/contracts';
import { createDirectoryFrom, type LiveDirectory } from '@huidiao/runtime';
import { testMongoUri, testPrefix, testRedisUrl } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { mchIds, type RunningIngress, signedCallback, startIngress } from './ingress.fixture.test.ts';

const [mchId, otherMchId] = mchIds;

describe('an ingress whose merchants file is reloaded', () => {
  let ingress: RunningIngress;
  let directory: LiveDirectory;
  let next: MerchantDirectory;
  beforeEach(async () => {
    ingress = await startIngress({
      redisUrl: testRedisUrl(),
      mongoUri: testMongoUri(),
      prefix: testPrefix(),
      liveDirectory: (initial) => {
        next = initial;
        directory = createDirectoryFrom({ initial, read: async () => next });
        return directory;
      },
    });
  });
  afterEach(() => ingress.close());

  const merchantOf = (id: string): Merchant => directory.merchants.get(id) ?? expect.fail(id);
  const become = async (...merchants: Merchant[]) => {
    next = { merchants: new Map(merchants.map((merchant) => [merchant.mchId, merchant])), apps: new Map() };
    await directory.reload();
  };
  const statusOf = async (number: number, id: string, facts: Parameters<typeof signedCallback>[2] = {}) =>
    (await ingress.post(signedCallback(number, id, facts), id)).status;

  it('refuses no callback and drops none, however often it is reloaded meanwhile', async () => {
    const merchants = mchIds.map(merchantOf);
    const statuses: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const answers = Array.from({ length: 8 }, (_, number) => statusOf(round * 8 + number, mchId));
      await become(...merchants.map((merchant) => ({ ...merchant, appIds: [`wx${round}`.padEnd(18, '0')] })));
      statuses.push(...(await Promise.all(answers)));
    }
    expect(new Set(statuses)).to.deep.equal(new Set([204]));
    expect(statuses).to.have.length(80);
  });

  it('takes the callbacks of a merchant from its reload on, and no more of one that was taken out', async () => {
    const newcomer = { ...merchantOf(mchId), mchId: '1900000003' };
    expect(await statusOf(1, newcomer.mchId)).to.equal(401);
    await become(merchantOf(mchId), newcomer);
    expect(await statusOf(1, newcomer.mchId)).to.equal(204);
    expect(await statusOf(2, otherMchId)).to.equal(401);
    expect(await statusOf(3, mchId)).to.equal(204);
  });

  it('opens callbacks under the new APIv3 key and the one before, while it is being changed', async () => {
    const merchant = merchantOf(mchId);
    const apiV3Key = 'n'.repeat(32);
    expect(await statusOf(1, mchId, { apiV3Key })).to.equal(500);
    await become({ ...merchant, apiV3Key, apiV3KeyPrevious: merchant.apiV3Key });
    expect(await statusOf(1, mchId, { apiV3Key })).to.equal(204);
    expect(await statusOf(2, mchId)).to.equal(204);
    await become({ ...merchant, apiV3Key });
    expect(await statusOf(3, mchId)).to.equal(500);
  });
});
