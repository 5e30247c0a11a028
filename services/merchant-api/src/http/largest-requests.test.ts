import { type Endpoint, type EndpointName, merchantApi, usualLargestBodyBytes } from '@huidiao/contracts';
import { dropTestDatabase } from '@huidiao/store';
import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import type { z } from 'zod';
import { createOftenAsker } from '../ask-often.fixture.test.ts';
import { type GoodRequest, goodRequests } from '../good-requests.fixture.test.ts';
import { mchId, newOutTradeNo, type RunningApi, startMerchantApi } from '../merchant-api.fixture.test.ts';
import { type Hints, toLargestBody } from './largest-body.fixture.test.ts';

const appId = 'wx8888888888888888';
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const enumKeys = Array.from({ length: 20 }, (_, at) => `enum${String(at).padStart(60, '0')}`);

const hints: Hints = {
  appid: () => appId,
  combine_appid: () => appId,
  total: () => 1,
  refund_amount: () => 0,
  value: (fill) => fill.repeat(200 / fill.length),
  url: (fill) => `https://a/${fill.repeat(1_014)}`,
  avatar_url: (fill) => `https://a/${fill.repeat(1_014)}`,
  real_name: (fill) => fill.repeat(Math.min(64, Math.floor(214 / Buffer.byteLength(fill)))),
  consignor_contact: () => `${'*'.repeat(60)}1234`,
  receiver_contact: () => `${'*'.repeat(60)}1234`,
  item_desc: (fill) => fill.repeat(120),
  useful_until: () => inHours(2),
  'keys of data': () => enumKeys,
  'keys of answers': (fill) => Array.from({ length: 10 }, (_, at) => `${fill.repeat(127)}${at}`),
};

/** As clients write it that send ASCII alone. */
function toEscaped(text: string): string {
  const toEscape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return text.replaceAll(/[^\0-\x7f]/g, toEscape);
}

/** Of two fields that exclude each other the smaller one. */
const excluded = ['sub_openid', 'url', 'miniprogram', 'nickname', 'avatar_url'];

/** Without what excludes something larger. */
function toTaken(schema: z.ZodType, body: unknown): unknown {
  for (const { path, message } of schema.safeParse(body).error?.issues ?? []) {
    expect(excluded, message).to.include(path.at(-1));
    const holder = path.slice(0, -1).reduce((one, key) => (one as Record<PropertyKey, unknown>)[key], body);
    delete (holder as Record<PropertyKey, unknown>)[path.at(-1) ?? ''];
  }
  expect(schema.safeParse(body).error?.issues ?? []).to.deep.equal([]);
  return body;
}

describe('the largest request that the documentation allows', () => {
  const asker = createOftenAsker();
  let api: RunningApi;
  let tokens: Readonly<Record<'api_key' | 'session' | 'nobody', string>>;
  before(async () => {
    api = await startMerchantApi();
  });
  after(async () => {
    asker.close();
    await api.close();
    await dropTestDatabase(api.context.config.mongo.uri);
  });
  beforeEach(async () => {
    const user = { mchId, appId, openId: newOutTradeNo(), expiresAt: new Date(Date.now() + 3_600_000) };
    const { token: session } = await api.context.store.sessions.create(user);
    tokens = { api_key: api.key, session, nobody: '' };
  });

  const send = (endpoint: Endpoint, { params = {} }: GoodRequest, body: string) => {
    const path = endpoint.path.replaceAll(/\{([a-z_]+)\}/g, (_, name: string) => params[name] ?? '');
    const authorization = `Bearer ${tokens[endpoint.auth[0] ?? 'nobody']}`;
    const headers = { 'content-type': 'application/json', authorization };
    return asker.ask(`${api.uri}${path}`, { method: endpoint.method, headers, body });
  };

  for (const [name, endpoint] of Object.entries(merchantApi) as [EndpointName, Endpoint][]) {
    const { body: schema, largestBodyBytes = usualLargestBodyBytes } = endpoint;
    if (schema === undefined) continue;
    for (const [what, fill, write] of [
      ['of 4 bytes', '𠮷', String],
      ['of 3 bytes', '汉', String],
      ['written as escapes', '𠮷', toEscaped],
    ] as const) {
      it(`of ${name} is read, of characters ${what}`, async () => {
        const body = write(JSON.stringify(toTaken(schema, toLargestBody(schema, fill, hints))));
        const { status, body: answer } = await send(endpoint, goodRequests[name](), body);
        expect(answer?.code, `${body.length}`).to.not.equal('REQUEST_TOO_LARGE');
        expect(status, JSON.stringify(answer)).to.be.below(500);
        expect(Buffer.byteLength(body)).to.be.at.most(largestBodyBytes);
      });
    }
  }

  it('is told what is wrong with it where a name has more bytes than can be encrypted', async () => {
    const good = goodRequests.settleAbnormalRefund();
    for (const [count, status] of [
      [53, 404],
      [54, 400],
    ] as const) {
      const body = JSON.stringify({ ...good.body, real_name: '𠮷'.repeat(count) });
      const answer = await send(merchantApi.settleAbnormalRefund, good, body);
      expect(answer.status, String(count)).to.equal(status);
      if (status === 400) expect(answer.body.errors.map(({ field }) => field)).to.deep.equal(['real_name']);
    }
  });

  it('is 400, however much is in it', async () => {
    const { largestBodyBytes } = merchantApi.createMessages;
    const many = (one: string, begin: string, end: string) => {
      const count = Math.floor((largestBodyBytes - begin.length - end.length) / (one.length + 1));
      return `${begin}${Array.from({ length: count }, () => one).join(',')}${end}`;
    };
    const deep = '['.repeat(largestBodyBytes / 2) + ']'.repeat(largestBodyBytes / 2);
    const fewer = `{"messages":[${Array.from({ length: 24_000 }, () => '{}').join(',')}]}`;
    for (const [body, field] of [
      [many('{}', '{"messages":[', ']}'), 'body'],
      [many('1', '[', ']'), 'body'],
      [deep, 'body'],
      [fewer, 'messages'],
    ] as const) {
      const answer = await send(merchantApi.createMessages, {}, body);
      expect([answer.status, answer.body.errors[0]?.field]).to.deep.equal([400, field]);
    }
  });

  it('is 400 where its parts come to more than can be counted', async () => {
    const good = goodRequests.createCombinedOrder();
    const parts = good.body?.sub_orders as readonly object[];
    const total = Number.MAX_SAFE_INTEGER;
    const body = { ...good.body, sub_orders: parts.map((part) => ({ ...part, amount: { total } })) };
    const answer = await send(merchantApi.createCombinedOrder, good, JSON.stringify(body));
    expect(answer.status).to.equal(400);
    expect(answer.body.errors.map(({ field }) => field)).to.deep.equal(['sub_orders']);
  });
});
