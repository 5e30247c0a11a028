import { fork } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toNodeProgram } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createShop, loadShopConfig, type Shop } from './index.ts';

const key = randomBytes(32);
const webhookSecret = `whsec_${key.toString('base64')}`;

const paid = {
  type: 'order.paid',
  timestamp: '2026-11-22T10:00:00.000Z',
  data: {
    mchid: '1900000109',
    appid: 'wx1234567890abcdef',
    out_trade_no: 'ORDER-1',
    transaction_id: '4200000000000000000000000001',
    amount: { total: 1_880, payer_total: 1_880, currency: 'CNY' },
  },
};

interface Change {
  readonly id?: string;
  readonly ageSeconds?: number;
  readonly signWith?: Buffer;
  readonly signedBody?: string;
  readonly without?: string;
}

/** Signs by the text of Standard Webhooks 1.0, without the library that the shop verifies with. */
async function post(url: string, event: unknown, change: Change = {}): Promise<number> {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const id = change.id ?? 'order.paid_1900000109_ORDER-1';
  const timestamp = Math.floor(Date.now() / 1_000) - (change.ageSeconds ?? 0);
  const hmac = createHmac('sha256', change.signWith ?? key).update(
    `${id}.${timestamp}.${change.signedBody ?? body}`,
  );
  const headers = new Headers({
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${randomBytes(32).toString('base64')} v1,${hmac.digest('base64')}`,
  });
  if (change.without !== undefined) headers.delete(change.without);
  const response = await fetch(url, { method: 'POST', headers, body });
  await response.arrayBuffer();
  return response.status;
}

describe('example-shop', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await createShop({ webhookSecret, allowFaults: true });
  });
  afterEach(() => shop.close());

  it('delivers the goods of a paid order', async () => {
    expect(await post(shop.webhookUrl, paid)).to.equal(200);
    const ledger = (await (await fetch(`${shop.uri}/ledger`)).json()) as ReturnType<Shop['ledger']>;
    expect(ledger).to.deep.equal(shop.ledger());
    expect(ledger.orders).to.have.length(1);
    expect(ledger.orders[0]).to.include({ out_trade_no: 'ORDER-1', total: 1_880 });
  });

  it('knows whose order it was, and of which combined order', async () => {
    const named = { sub_mchid: '1900000110', combine_out_trade_no: 'CART-1' };
    await post(shop.webhookUrl, { ...paid, data: { ...paid.data, ...named } });
    expect(shop.ledger().orders[0]).to.include(named);
  });

  it('answers 200 to a repeated webhook-id without delivering twice', async () => {
    const answers = [await post(shop.webhookUrl, paid), await post(shop.webhookUrl, paid)];
    expect(answers).to.deep.equal([200, 200]);
    expect(shop.ledger()).to.deep.include({
      requests: 2,
      webhook_ids: 1,
      outcomes: { delivered: 1, repeated: 1 },
    });
    expect(shop.ledger().orders).to.have.length(1);
  });

  it('delivers once when the same webhook comes several times at the same moment', async () => {
    await Promise.all(Array.from({ length: 8 }, () => post(shop.webhookUrl, paid)));
    expect(shop.ledger().orders).to.have.length(1);
  });

  const forged: [string, Change][] = [
    ['signed with another secret', { signWith: randomBytes(32) }],
    ['whose body was changed', { signedBody: '{}' }],
    ['that is six minutes old', { ageSeconds: 360 }],
    ['from six minutes ahead', { ageSeconds: -360 }],
    ['without a signature', { without: 'webhook-signature' }],
    ['without an id', { without: 'webhook-id' }],
  ];
  for (const [name, change] of forged) {
    it(`answers 401 to a webhook ${name}, and does nothing`, async () => {
      expect(await post(shop.webhookUrl, paid, change)).to.equal(401);
      expect(shop.ledger()).to.deep.include({ orders: [], webhook_ids: 0 });
    });
  }

  it('refuses what it does not understand, and acknowledges types that it does not know', async () => {
    expect(await post(shop.webhookUrl, '{')).to.equal(400);
    expect(await post(shop.webhookUrl, { ...paid, data: {} })).to.equal(400);
    expect(await post(shop.webhookUrl, { ...paid, type: 'order.seen' })).to.equal(200);
    expect(shop.ledger().orders).to.deep.equal([]);
  });

  it('keeps a payment that matches no order for a person', async () => {
    const unmatched = { ...paid, type: 'payment.unmatched' };
    await post(shop.webhookUrl, unmatched);
    await post(shop.webhookUrl, unmatched);
    expect(shop.ledger().unmatched).to.deep.equal([paid.data]);
  });

  it('reads no more than 64 KB', async () => {
    expect(await post(shop.webhookUrl, 'x'.repeat(64 * 1_024 + 1))).to.equal(413);
    const body = new Blob(Array.from({ length: 64 }, () => 'x'.repeat(64 * 1_024))).stream();
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
    const answered = await fetch(shop.webhookUrl, init).then(
      ({ status }) => status,
      () => 'cut off',
    );
    expect([413, 'cut off']).to.include(answered);
    expect(shop.ledger().outcomes).to.deep.equal({ 'too-large': 2 });
  });

  it('can be made to fail, and delivers afterwards', async () => {
    shop.fail({ status: 503, times: 2, retryAfterSeconds: 7 });
    const response = await fetch(shop.webhookUrl, { method: 'POST', body: '{}' });
    expect([response.status, response.headers.get('retry-after')]).to.deep.equal([503, '7']);
    await response.arrayBuffer();
    expect([await post(shop.webhookUrl, paid), await post(shop.webhookUrl, paid)]).to.deep.equal([503, 200]);
    expect(shop.ledger()).to.deep.include({ requests: 3, outcomes: { fault: 2, delivered: 1 } });
  });

  it('takes faults over HTTP only where that is allowed', async () => {
    const body = JSON.stringify({ status: 500, times: 1 });
    expect((await fetch(`${shop.uri}/faults`, { method: 'POST', body })).status).to.equal(200);
    expect(await post(shop.webhookUrl, paid)).to.equal(500);
    const strict = await createShop({ webhookSecret });
    try {
      expect((await fetch(`${strict.uri}/faults`, { method: 'POST', body })).status).to.equal(404);
    } finally {
      await strict.close();
    }
  });

  it('reads its secret from the environment or a file, and refuses to start without', () => {
    const folder = mkdtempSync(join(tmpdir(), 'example-shop-'));
    try {
      writeFileSync(join(folder, 'secret'), `${webhookSecret}\n`);
      const fromFile = loadShopConfig({ WEBHOOK_SECRET_FILE: join(folder, 'secret'), PORT: '0' });
      expect(fromFile).to.include({ webhookSecret, port: 0, allowFaults: false });
      expect(loadShopConfig({ WEBHOOK_SECRET: webhookSecret })).to.include({ webhookSecret, port: 3902 });
      expect(() => loadShopConfig({})).to.throw('WEBHOOK_SECRET');
      expect(() => loadShopConfig({ WEBHOOK_SECRET_FILE: join(folder, 'none') })).to.throw(
        /^WEBHOOK_SECRET_FILE cannot be read: ENOENT/,
      );
      for (const wrong of ['whsec_', 'whsec_AAA', 'secret', `${webhookSecret} `]) {
        expect(() => loadShopConfig({ WEBHOOK_SECRET: wrong })).to.throw('whsec_ and base64');
      }
      expect(() => loadShopConfig({ WEBHOOK_SECRET: webhookSecret, PORT: '80a' })).to.throw('PORT');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const program = toNodeProgram(fileURLToPath(new URL('./main.ts', import.meta.url)));
  for (const end of ['SIGTERM', 'disconnect'] as const) {
    it(`as a process it says when it is ready, works, and ends on ${end}`, async () => {
      const child = fork(program.file, {
        execArgv: [...program.nodeOptions],
        env: { ...process.env, WEBHOOK_SECRET: webhookSecret, PORT: '0' },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      try {
        const [ready] = (await once(child, 'message')) as [{ type: string; service: string; port: number }];
        expect(ready).to.include({ type: 'ready', service: 'example-shop' });
        expect(await post(`http://127.0.0.1:${ready.port}/webhooks/huidiao`, paid)).to.equal(200);
        const exited = once(child, 'exit');
        if (end === 'SIGTERM') child.kill(end);
        else child.disconnect();
        expect((await exited)[0]).to.equal(0);
      } finally {
        child.kill('SIGKILL');
      }
    }).timeout(60_000);
  }
});
