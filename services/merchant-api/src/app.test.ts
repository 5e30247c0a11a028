import { connect } from 'node:net';
import { problemDocument } from '@huidiao/contracts';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { ask, orderRequest, type RunningApi, startMerchantApi } from './merchant-api.fixture.test.ts';

describe('merchant-api', () => {
  let api: RunningApi;
  before(async () => {
    api = await startMerchantApi();
  });
  after(() => api.close());

  describe('API keys', () => {
    it('are asked for: a request without one is 401 with a challenge', async () => {
      const answer = await api.post(orderRequest(), { key: undefined });
      expect(answer.status).to.equal(401);
      expect(answer.body.code).to.equal('REQUEST_UNAUTHENTICATED');
      expect(answer.headers.get('www-authenticate')).to.equal('Bearer realm="huidiao"');
    });

    const rows: [what: string, spoil: (key: string) => string][] = [
      ['another secret', (key) => key.replace(/.{4}$/, 'AAAA')],
      ['an unknown id', (key) => key.replace(/^hdk_[0-9a-f]{4}/, 'hdk_0000')],
      ['a character less', (key) => key.slice(0, -1)],
      ['no key at all', () => 'x'],
      ['the hash of nothing', () => `hdk_0000000000000000_${'A'.repeat(43)}`],
    ];
    for (const [what, spoil] of rows) {
      it(`are 401 with ${what}, for reading and for writing`, async () => {
        const key = spoil(api.key);
        for (const answer of [await api.post(orderRequest(), { key }), await api.get('order-0001', key)]) {
          expect(answer.status).to.equal(401);
          expect(answer.headers.get('www-authenticate')).to.equal(
            'Bearer realm="huidiao", error="invalid_token"',
          );
        }
      });
    }

    it('are 401 in any other form than Bearer', async () => {
      const basic = `Basic ${Buffer.from(`${api.key}:`).toString('base64')}`;
      for (const authorization of [basic, api.key, `Bearer ${api.key} ${api.key}`, 'Bearer ']) {
        const answer = await ask(`${api.uri}/v1/orders/order-0001`, { headers: { authorization } });
        expect(answer.status, authorization).to.equal(401);
      }
    });

    it('are 401 from the moment on that they are revoked', async () => {
      const { apiKeys } = api.context.store;
      const { key, keyId } = await apiKeys.create({ mchId: '1900000001', label: 'to be revoked' });
      expect((await api.get('order-0001', key)).status).to.equal(404);
      await apiKeys.revoke(keyId);
      expect((await api.get('order-0001', key)).status).to.equal(401);
    });

    it('are 401 when their merchant is no longer configured', async () => {
      const { key } = await api.context.store.apiKeys.create({ mchId: '1900000099', label: 'of nobody' });
      expect((await api.get('order-0001', key)).status).to.equal(401);
    });

    it('are looked at before the body: a stranger is not told what is wrong with it', async () => {
      expect((await api.post('{', { key: 'x' })).status).to.equal(401);
    });
  });

  describe('anything else', () => {
    const routes: [method: string, path: string][] = [
      ['GET', '/'],
      ['PATCH', '/v1/orders'],
      ['DELETE', '/v1/orders/order-0001'],
      ['POST', '/v1/orders/order-0001'],
      ['GET', '/healthz'],
      ['GET', '/v1/orders/a/b'],
      ['GET', '/v1/orders/'],
      ['GET', '/V1/Orders'],
      ['GET', '/docs/'],
      ['GET', '/openapi.json/'],
    ];
    for (const [method, path] of routes) {
      it(`is 404 with a problem document: ${method} ${path}`, async () => {
        const answer = await ask(`${api.uri}${path}`, {
          method,
          headers: { authorization: `Bearer ${api.key}` },
        });
        expect(answer.status).to.equal(404);
        expect(problemDocument.parse(answer.body).code).to.equal('ROUTE_NOT_FOUND');
      });
    }

    it('is 400 for a path that cannot be decoded', async () => {
      const answer = await ask(`${api.uri}/v1/orders/%zz`, {
        headers: { authorization: `Bearer ${api.key}` },
      });
      expect(answer.status).to.equal(400);
      expect(problemDocument.parse(answer.body).code).to.equal('REQUEST_INVALID');
    });

    it('tells nothing of Express', async () => {
      const answer = await ask(`${api.uri}/`, {});
      expect(answer.headers.get('x-powered-by')).to.equal(null);
      expect(answer.headers.get('etag')).to.equal(null);
    });
  });

  it('writes one wide line per request, also for a client that went away', async () => {
    const port = Number(new URL(api.uri).port);
    const before = api.logged.length;
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        `POST /v1/orders HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${api.key}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`,
      );
      // Not before the server has it: what a reset overtakes was never a request.
      api.context.server.once('request', () => socket.destroy());
    });
    const line = await waitFor('the line of the aborted request', () =>
      api.logged.slice(before).find((text) => text.includes('"outcome":"aborted"')),
    );
    expect(JSON.parse(line)).to.include({ event: 'request.answered', method: 'POST', route: '/v1/orders' });
  });

  it('measures requests by route, never by path', async () => {
    await api.get('order-0001');
    const metrics = await api.context.metrics.registry.metrics();
    expect(metrics).to.contain('route="/v1/orders/{out_trade_no}"');
    expect(metrics).to.not.contain('order-0001');
  });
});

describe('merchant-api whose store is gone', () => {
  it('answers 503 with Retry-After and is not ready, but alive', async () => {
    const api = await startMerchantApi();
    try {
      expect((await fetch(`${api.healthUri}/readyz`)).status).to.equal(200);
      await api.context.store.close();
      const answer = await api.post(orderRequest());
      expect(answer.status).to.equal(503);
      expect(answer.body.code).to.equal('STORE_UNAVAILABLE');
      expect(Number(answer.headers.get('retry-after'))).to.be.at.least(1);
      expect((await fetch(`${api.healthUri}/readyz`)).status).to.equal(503);
      expect((await fetch(`${api.healthUri}/healthz`)).status).to.equal(200);
    } finally {
      await api.close();
    }
  });
});
