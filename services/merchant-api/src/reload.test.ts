import type { Merchant, MerchantDirectory } from '@huidiao/contracts';
import { createDirectoryFrom, createLogger, type LiveDirectory } from '@huidiao/runtime';
import { rsaKeysOf } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createContext, type MerchantApiContext, start } from './index.ts';
import {
  ask,
  mchId,
  orderRequest,
  otherMchId,
  type RunningApi,
  startMerchantApi,
} from './merchant-api.fixture.test.ts';

describe('merchant-api whose merchants file is reloaded', () => {
  let fixed: RunningApi;
  let context: MerchantApiContext;
  let directory: LiveDirectory;
  let next: MerchantDirectory;
  let uri: string;
  beforeEach(async () => {
    fixed = await startMerchantApi();
    next = fixed.context.config.directory;
    directory = createDirectoryFrom({ initial: next, read: async () => next });
    const logger = createLogger({ service: 'test', level: 'silent' });
    context = createContext({ ...fixed.context.config, directory }, { logger });
    const { port } = await start(context);
    uri = `http://127.0.0.1:${port}/v1/orders`;
  });
  afterEach(async () => {
    await context.lifecycle.close();
    await fixed.close();
  });

  const merchantOf = (id: string): Merchant => directory.merchants.get(id) ?? expect.fail(id);
  const become = async (...merchants: Merchant[]) => {
    next = { merchants: new Map(merchants.map((merchant) => [merchant.mchId, merchant])), apps: new Map() };
    await directory.reload();
  };
  const statusOf = async (key: string) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    return (await ask(uri, { method: 'POST', headers, body: JSON.stringify(orderRequest()) })).status;
  };

  it('fails no request, however often it is reloaded meanwhile', async () => {
    const merchant = merchantOf(mchId);
    const statuses: number[] = [];
    for (const latePayment of ['deliver', 'refund', 'deliver'] as const) {
      const answers = Array.from({ length: 5 }, () => statusOf(fixed.key));
      await become({ ...merchant, latePayment }, merchantOf(otherMchId));
      statuses.push(...(await Promise.all(answers)), await statusOf(fixed.key));
    }
    expect(statuses).to.deep.equal(Array(18).fill(201));
  });

  it('calls WeChat Pay with the key that is configured now', async () => {
    const merchant = merchantOf(mchId);
    expect(await statusOf(fixed.key)).to.equal(201);
    const { privateKey } = rsaKeysOf('stranger');
    const merchantPrivateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await become({ ...merchant, merchantPrivateKeyPem });
    expect(await statusOf(fixed.key), 'a key that WeChat Pay does not know').to.not.equal(201);
    await become(merchant);
    expect(await statusOf(fixed.key)).to.equal(201);
  });

  it('knows no more of a merchant that was taken out, until it comes back', async () => {
    const other = merchantOf(otherMchId);
    await become(merchantOf(mchId));
    expect(await statusOf(fixed.otherKey)).to.equal(401);
    expect(await statusOf(fixed.key)).to.equal(201);
    await become(merchantOf(mchId), other);
    expect(await statusOf(fixed.otherKey)).to.equal(201);
  });
});
