import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { leaseMs, minuteMs, secondMs, useOpenOrders } from './open-orders.fixture.test.ts';

describe('asking WeChat Pay about open orders when something fails', () => {
  const orders = useOpenOrders();
  const {
    callsOf,
    callsSince,
    clock,
    connect,
    createRound,
    failWith,
    outcomes,
    pay,
    read,
    recording,
    register,
    round,
  } = orders;

  for (const [what, answer, code] of [
    ['WeChat Pay does not answer', 'silence', 'WECHAT_UNREACHABLE'],
    ['the connection breaks', 'reset', 'WECHAT_UNREACHABLE'],
    [
      'WeChat Pay answers 500',
      { status: 500, body: { code: 'SYSTEM_ERROR', message: '系统错误' } },
      'WECHAT_SYSTEM_ERROR',
    ],
    ['a gateway answers 502', { status: 502 }, 'WECHAT_SYSTEM_ERROR'],
    [
      'WeChat Pay answers 429',
      { status: 429, body: { code: 'RATELIMIT_EXCEEDED', message: '频率超限' } },
      'WECHAT_BUSY',
    ],
    [
      'an answer in WeChat Pay’s name is not signed',
      { status: 200, body: { trade_state: 'SUCCESS' } },
      'WECHAT_RESPONSE_NOT_AUTHENTIC',
    ],
  ] as const) {
    it(`keeps the order’s place in the schedule when ${what}`, async () => {
      const order = await register();
      pay(order);
      clock.advance(minuteMs);
      failWith('query', answer);
      expect(await round().catch((error: unknown) => error)).to.include({ code });
      expect(await read(order)).to.include({ status: 'created', queries: 0 });
      expect(outcomes).to.deep.equal([code]);
      clock.advance(leaseMs + secondMs);
      expect(await round()).to.equal(1);
      expect(recording.added.map(({ id }) => id.split('~')[1])).to.deep.equal(['heal-1']);
    });
  }

  it('does not believe a signature probe', async () => {
    const order = await register();
    pay(order);
    clock.advance(minuteMs);
    orders.simulator.faults.set({ probe_share: 1 });
    expect(await round().catch((error: unknown) => error)).to.include({
      code: 'WECHAT_RESPONSE_NOT_AUTHENTIC',
    });
    expect(recording.added).to.deep.equal([]);
    clock.advance(leaseMs + secondMs);
    await round();
    expect(recording.added).to.have.length(1);
  });

  it('applies no genuine answer about another order', async () => {
    const paid = await register();
    pay(paid);
    const replay = await createReplayer(orders.simulator.uri);
    try {
      await connect(replay.uri).queryByOutTradeNo(paid.outTradeNo);
      const other = await register();
      clock.advance(minuteMs);
      const replayed = createRound({ client: connect(replay.uri) });
      await replayed().catch(() => undefined);
      expect(outcomes).to.have.members(['healed', 'WECHAT_RESPONSE_NOT_AUTHENTIC']);
      const healed = recording.added.map(({ data }) => data);
      expect(healed).to.have.length(1);
      expect(healed[0]).to.have.property('payment').that.includes({ outTradeNo: paid.outTradeNo });
      expect((await read(other)).queries).to.equal(0);
    } finally {
      await replay.close();
    }
  });

  it('asks about no other order of the merchant for as long as WeChat Pay asks to wait', async () => {
    for (let n = 0; n < 12; n += 1) await register();
    clock.advance(minuteMs);
    failWith('query', { status: 429, body: { code: 'RATELIMIT_EXCEEDED', message: '频率超限' } }, 100);
    const before = callsOf();
    await round().catch(() => undefined);
    // Those that were under way at that moment.
    expect(callsSince(before).query).to.be.within(1, 4);
    orders.simulator.faults.reset();
    await register();
    clock.advance(9 * secondMs);
    expect(await round()).to.equal(0);
    clock.advance(minuteMs);
    expect(await round()).to.equal(13);
  });

  it('goes on in the schedule after a refusal, which would be the same in a moment', async () => {
    const order = await register();
    clock.advance(minuteMs);
    failWith('query', { status: 400, body: { code: 'PARAM_ERROR', message: '参数错误' } });
    expect(await round().catch((error: unknown) => error)).to.include({ code: 'WECHAT_REFUSED' });
    const { nextQueryAt, status } = await read(order);
    expect(status).to.equal('created');
    expect(Number(nextQueryAt)).to.equal(order.createdAt.getTime() + 2 * minuteMs);
  });

  it('claims nothing while Redis is away', async () => {
    const order = await register();
    recording.state.isReady = false;
    clock.advance(minuteMs);
    const before = callsOf();
    expect(await round().catch((error: unknown) => error)).to.include({ code: 'QUEUE_UNAVAILABLE' });
    expect(callsSince(before).query).to.equal(0);
    expect((await read(order)).nextQueryAt).to.deep.equal(order.nextQueryAt);
  });

  it('asks again when Redis did not take the job, under the same id, for it may be there', async () => {
    const order = await register();
    pay(order);
    clock.advance(minuteMs);
    recording.state.failure = new AppError('QUEUE_UNAVAILABLE');
    expect(await round().catch((error: unknown) => error)).to.include({ code: 'QUEUE_UNAVAILABLE' });
    expect((await read(order)).queries).to.equal(0);
    delete recording.state.failure;
    clock.advance(leaseMs + secondMs);
    await round();
    expect(recording.added.map(({ id }) => id.split('~')[1])).to.deep.equal(['heal-1']);
  });

  it('asks about no further order once the process drains', async () => {
    const draining = new AbortController();
    draining.abort();
    await register();
    clock.advance(minuteMs);
    const before = callsOf();
    expect(await createRound({ signal: draining.signal })()).to.equal(0);
    expect(callsSince(before).query).to.equal(0);
  });

  it('asks about no order whose lease may be over before the answer comes', async () => {
    await register();
    await register();
    clock.advance(minuteMs);
    failWith('query', 'silence', 2);
    const before = callsOf();
    // The first one takes the 500 ms of a call.
    await createRound({ leaseMs: 800, concurrency: 1 })().catch(() => undefined);
    expect(callsSince(before).query).to.equal(1);
  });
});

/** Somebody in between who answers each question with the first genuine answer that went by. */
async function createReplayer(target: string): Promise<{ uri: string; close(): Promise<void> }> {
  let answer: Promise<{ status: number; headers: Headers; body: Buffer }> | undefined;
  const server: Server = createServer(async (request, response) => {
    answer ??= (async () => {
      const headers = request.headers as Record<string, string>;
      const forwarded = await fetch(new URL(request.url ?? '/', target), { headers });
      const body = Buffer.from(await forwarded.arrayBuffer());
      return { status: forwarded.status, headers: forwarded.headers, body };
    })();
    const { status, headers, body } = await answer;
    const kept = [...headers].filter(([name]) => /^(wechatpay-|request-id|content-type)/.test(name));
    response.writeHead(status, Object.fromEntries(kept)).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
