import { randomBytes } from 'node:crypto';
import { createOrderRequest, createOrderResponse, problemDocument } from '@huidiao/contracts';
import { waitFor } from '@huidiao/testing';
import { createPayClient } from '@huidiao/wechat';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import {
  type Answer,
  isPaySignGood,
  mchId,
  orderRequest,
  type RunningApi,
  startMerchantApi,
} from '../merchant-api.fixture.test.ts';
import { toContentHash, toOrderContent } from '../orders/to-order-content.ts';

function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.status, JSON.stringify(answer.body)).to.equal(status);
  expect(answer.headers.get('content-type')).to.equal('application/problem+json; charset=utf-8');
  const problem = problemDocument.parse(answer.body);
  expect(problem.code).to.equal(code);
  expect(problem.status).to.equal(status);
  expect(problem.request_id).to.equal(answer.headers.get('x-request-id'));
}

function prepaysOf(api: RunningApi, outTradeNo: string): number {
  return api.simulator.ledger(outTradeNo).orders[0]?.prepays ?? 0;
}

describe('POST /v1/orders', () => {
  let api: RunningApi;
  before(async () => {
    api = await startMerchantApi({ turn: { leaseMs: 60_000, waitMs: 4_000, pollMs: 20 }, payTimeoutMs: 400 });
  });
  afterEach(() => api.simulator.faults.reset());
  after(() => api.close());

  describe('a good request', () => {
    it('stores the order, prepays it, and gives parameters whose paySign verifies with the merchant key', async () => {
      const request = orderRequest();
      const answer = await api.post(request);
      expect(answer.status).to.equal(201);
      expect(answer.headers.get('location')).to.equal(`/v1/orders/${request.out_trade_no}`);
      const { order, payment } = createOrderResponse.parse(answer.body);
      expect(order).to.include({
        mchid: mchId,
        status: 'created',
        description: '手冲咖啡 250g',
        attach: 'shop-7',
      });
      expect(payment && isPaySignGood(payment)).to.equal(true);
      expect(api.simulator.ledger(request.out_trade_no).orders[0]).to.include({ total: 12_345, prepays: 1 });
    });

    it('lets the buyer pay with them', async () => {
      const request = orderRequest();
      const { body } = await api.post(request);
      const payment = api.simulator.pay({ appId: String(request.appid), ...body.payment }, { drop: 20 });
      expect(payment.outTradeNo).to.equal(request.out_trade_no);
      expect(api.simulator.ledger().probes_accepted).to.deep.equal([]);
    });

    it('always sends a time_expire, by default two hours ahead', async () => {
      const { body } = await api.post(orderRequest());
      const payableForMs = Date.parse(body.order.time_expire) - Date.now();
      expect(payableForMs).to.be.within(119 * 60_000, 120 * 60_000);
    });

    it('gives every answer an x-request-id of its own and forbids caching', async () => {
      const [one, other] = await Promise.all([api.post(orderRequest()), api.post(orderRequest())]);
      expect(one.headers.get('x-request-id')).to.match(/^[0-9a-f-]{36}$/);
      expect(one.headers.get('x-request-id')).to.not.equal(other.headers.get('x-request-id'));
      expect(one.headers.get('cache-control')).to.equal('no-store');
    });

    it('is registered without calling WeChat Pay where prepay is false, payer or not', async () => {
      const request = orderRequest({ prepay: false, payer: undefined });
      const calls = api.simulator.ledger().calls.counts.prepay ?? 0;
      const answer = await api.post(request);
      expect(answer.status).to.equal(201);
      expect(answer.body).to.not.have.property('payment');
      expect(api.simulator.ledger().calls.counts.prepay ?? 0).to.equal(calls);
      expect((await api.post(request)).status).to.equal(200);
    });

    it('may come too late for its time_expire where prepay is false', async () => {
      const answer = await api.post(
        orderRequest({ prepay: false, time_expire: '2020-01-01T00:00:00+08:00' }),
      );
      expect(answer.status).to.equal(201);
    });
  });

  describe('a repeated request', () => {
    it('signs the prepay_id that is there again, without calling WeChat Pay', async () => {
      const request = orderRequest();
      const first = await api.post(request);
      const second = await api.post(request);
      expect(second.status).to.equal(200);
      expect(second.body.payment.package).to.equal(first.body.payment.package);
      expect(second.body.payment.nonceStr).to.not.equal(first.body.payment.nonceStr);
      expect(isPaySignGood(second.body.payment)).to.equal(true);
      expect(second.body.order.time_expire).to.equal(first.body.order.time_expire);
      expect(prepaysOf(api, request.out_trade_no)).to.equal(1);
    });

    it('is the same however its JSON is written', async () => {
      const request = orderRequest({ time_expire: new Date(Date.now() + 3_600_000).toISOString() });
      const reversed = Object.fromEntries(Object.entries(request).reverse());
      const spelled = {
        ...reversed,
        time_expire: `${String(request.time_expire).slice(0, 19)}+00:00`,
        prepay: true,
      };
      expect((await api.post(request)).status).to.equal(201);
      expect((await api.post(JSON.stringify(spelled, null, 2))).status).to.equal(200);
    });

    it('prepays again with the stored content once the prepay_id has ended', async () => {
      const request = orderRequest();
      const first = await api.post(request);
      const prepaid = { prepayId: 'wx-of-long-ago', expiresAt: new Date(Date.now() + 30_000) };
      await api.context.store.orders.recordPrepay(mchId, request.out_trade_no, prepaid);
      const second = await api.post(request);
      expect(second.status).to.equal(200);
      expect(second.body.payment.package).to.not.be.oneOf([
        'prepay_id=wx-of-long-ago',
        first.body.payment.package,
      ]);
      expect(prepaysOf(api, request.out_trade_no)).to.equal(2);
    });

    describe('that names the address of the buyer’s device', () => {
      const scene_info = { payer_client_ip: '14.23.150.211', device_id: '1' };
      const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
      const keptOf = async ({ out_trade_no }: { readonly out_trade_no: string }) =>
        (await api.context.store.orders.find(mchId, out_trade_no))?.prepayOptions;

      it('is told to WeChat Pay, and kept no longer where the prepay_id outlives the order', async () => {
        const request = { ...orderRequest(), scene_info, goods_tag: 'tag', time_expire: inMinutes(30) };
        expect((await api.post(request)).status).to.equal(201);
        expect(await keptOf(request)).to.deep.equal({ goods_tag: 'tag' });
        expect((await api.post(request)).status, 'the same request again').to.equal(200);
        expect(prepaysOf(api, request.out_trade_no)).to.equal(1);
      });

      it('is kept while it may have to be prepaid again', async () => {
        const request = { ...orderRequest(), scene_info, time_expire: inMinutes(180) };
        expect((await api.post(request)).status).to.equal(201);
        expect(await keptOf(request)).to.deep.equal({ scene_info });
      });

      it('is never kept where another system prepays', async () => {
        const request = { ...orderRequest(), scene_info, goods_tag: 'tag', prepay: false };
        for (const status of [201, 200]) expect((await api.post(request)).status).to.equal(status);
        expect(await keptOf(request)).to.deep.equal({ goods_tag: 'tag' });
      });
    });

    it('makes one prepay of twenty that come at once', async () => {
      const request = orderRequest();
      const answers = await Promise.all(Array.from({ length: 20 }, () => api.post(request)));
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([...Array(19).fill(200), 201]);
      expect(new Set(answers.map(({ body }) => body.payment.package)).size).to.equal(1);
      expect(answers.every(({ body }) => isPaySignGood(body.payment))).to.equal(true);
      expect(prepaysOf(api, request.out_trade_no)).to.equal(1);
    });

    const changes: [what: string, change: Record<string, unknown>][] = [
      ['another amount', { amount: { total: 12_346 } }],
      ['another description', { description: '手冲咖啡 500g' }],
      ['another buyer', { payer: { openid: 'oAnother' } }],
      ['no attach', { attach: undefined }],
      ['another way of delivery', { logistics_type: 1 }],
      ['a time_expire of its own', { time_expire: new Date(Date.now() + 7_200_000).toISOString() }],
      ['prepay: false', { prepay: false }],
    ];
    for (const [what, change] of changes) {
      it(`is a conflict with ${what}`, async () => {
        const request = orderRequest();
        await api.post(request);
        expectProblem(await api.post({ ...request, ...change }), 409, 'ORDER_CONFLICT');
        expect(prepaysOf(api, request.out_trade_no)).to.equal(1);
      });
    }

    it('is not payable any more once the order is paid', async () => {
      const request = orderRequest();
      const { body } = await api.post(request);
      await markPaid(api, body.order.out_trade_no);
      const answer = await api.post(request);
      expectProblem(answer, 409, 'ORDER_NOT_PAYABLE');
      expect(answer.body.detail).to.equal('The order is paid.');
    });

    it('is not payable any more once the order is closed', async () => {
      const request = orderRequest();
      await api.post(request);
      const order = await api.context.store.orders.find(mchId, request.out_trade_no);
      if (order === undefined) throw new Error('the order is not stored');
      await api.context.store.orders.close(order);
      const answer = await api.post(request);
      expectProblem(answer, 409, 'ORDER_NOT_PAYABLE');
      expect(answer.body.detail).to.equal('The order is closed.');
    });

    it('is not payable any more after its time_expire, rather than a bad request', async () => {
      const request = orderRequest({ time_expire: '2026-01-01T00:00:00+08:00' });
      await registerAsThen(api, request);
      const answer = await api.post(request);
      expectProblem(answer, 409, 'ORDER_NOT_PAYABLE');
      expect(answer.body.detail).to.equal('The order is expired.');
    });

    it('belongs to each merchant by itself', async () => {
      const request = orderRequest();
      expect((await api.post(request)).status).to.equal(201);
      const others = await api.post({ ...request, amount: { total: 1 } }, { key: api.otherKey });
      expect(others.status).to.equal(201);
    });
  });

  describe('when WeChat Pay does not do it', () => {
    it('answers 503 to a signature probe, and a repeat succeeds', async () => {
      const request = orderRequest();
      api.simulator.faults.set({ probe_share: 1 });
      const probed = await api.post(request);
      expectProblem(probed, 503, 'WECHAT_RESPONSE_NOT_AUTHENTIC');
      expect(Number(probed.headers.get('retry-after'))).to.be.at.least(1);
      api.simulator.faults.reset();
      const repeated = await api.post(request);
      expect(repeated.status).to.equal(200);
      api.simulator.pay({ appId: String(request.appid), ...repeated.body.payment }, { drop: 20 });
      expect(api.simulator.ledger().probes_accepted).to.deep.equal([]);
    });

    const unknowns = [
      ['silence', 'silence', 'WECHAT_UNREACHABLE'],
      ['a connection that breaks', 'reset', 'WECHAT_UNREACHABLE'],
      [
        'SYSTEM_ERROR',
        { status: 500, body: { code: 'SYSTEM_ERROR', message: '系统错误' } },
        'WECHAT_SYSTEM_ERROR',
      ],
      ['a gateway page', { status: 502, body: 'Bad gateway' }, 'WECHAT_SYSTEM_ERROR'],
      ['too many requests', { status: 429, body: { code: 'FREQUENCY_LIMITED' } }, 'WECHAT_BUSY'],
    ] as const;
    for (const [what, answer, code] of unknowns) {
      it(`answers 503 to ${what} after the prepay, and a repeat succeeds with the same content`, async () => {
        const request = orderRequest();
        api.simulator.faults.set({ api: [{ api: 'prepay', moment: 'after', answer, times: 1 }] });
        expectProblem(await api.post(request), 503, code);
        const repeated = await api.post(request);
        expect(repeated.status, JSON.stringify(repeated.body)).to.equal(200);
        expect(isPaySignGood(repeated.body.payment)).to.equal(true);
      });
    }

    it('answers 409 when WeChat Pay knows the number as paid, although we do not yet', async () => {
      const request = orderRequest();
      const { body } = await api.post(request);
      api.simulator.pay({ appId: String(request.appid), ...body.payment }, { drop: 20 });
      await forgetPrepay(api, request.out_trade_no);
      const answer = await api.post(request);
      expectProblem(answer, 409, 'ORDER_NOT_PAYABLE');
      expect(answer.body.detail).to.equal('The order is paid.');
      // Its payment is on its way, as if its callback had come: nobody need ask before that has had its time.
      const order = await api.context.store.orders.find(mchId, request.out_trade_no);
      expect(order?.queries).to.equal(1);
      expect(Number(order?.nextQueryAt) - Date.now()).to.be.greaterThan(4 * 60_000);
    });

    it('answers 422 when WeChat Pay refuses the content, and to say anything of the number', async () => {
      const refusal = (code: string) => ({ status: 400, body: { code, message: 'x' } });
      const fault = { moment: 'before', times: 1 } as const;
      for (const code of ['INVALID_REQUEST', 'WHAT_IS_THIS']) {
        api.simulator.faults.set({
          api: [
            { api: 'prepay', answer: refusal(code), ...fault },
            { api: 'query', answer: { ...refusal('NO_AUTH'), status: 403 }, ...fault },
          ],
        });
        const answer = await api.post(orderRequest());
        expectProblem(answer, 422, 'WECHAT_REFUSED');
        expect(answer.body.detail).to.contain(code);
      }
    });

    for (const duplicate of ['OUT_TRADE_NO_USED', 'INVALID_REQUEST'] as const) {
      it(`answers 409 and never renumbers when another system has used the number (${duplicate})`, async () => {
        const request = orderRequest();
        await prepayElsewhere(api, request.out_trade_no);
        api.simulator.faults.set({ duplicate_number_answer: duplicate });
        expectProblem(await api.post(request), 409, 'ORDER_NUMBER_USED');
        expect(prepaysOf(api, request.out_trade_no)).to.equal(1);
      });
    }

    it('answers 422 with the code when WeChat Pay refuses the content', async () => {
      const body = { code: 'PARAM_ERROR', message: 'appid和openid不匹配' };
      api.simulator.faults.set({
        api: [{ api: 'prepay', moment: 'before', answer: { status: 400, body }, times: 1 }],
      });
      const answer = await api.post(orderRequest());
      expectProblem(answer, 422, 'WECHAT_REFUSED');
      expect(answer.body.detail).to.contain('PARAM_ERROR');
    });

    it('answers 422 to a doubtful refusal of a number that WeChat Pay does not know', async () => {
      const body = { code: 'INVALID_REQUEST', message: '…' };
      api.simulator.faults.set({
        api: [{ api: 'prepay', moment: 'before', answer: { status: 400, body }, times: 1 }],
      });
      expectProblem(await api.post(orderRequest()), 422, 'WECHAT_REFUSED');
    });

    it('answers 502 when WeChat Pay does not accept our credentials', async () => {
      const body = { code: 'SIGN_ERROR', message: '签名错误' };
      api.simulator.faults.set({
        api: [{ api: 'prepay', moment: 'before', answer: { status: 401, body }, times: 1 }],
      });
      expectProblem(await api.post(orderRequest()), 502, 'WECHAT_CREDENTIALS_REFUSED');
    });
  });

  describe('a bad request', () => {
    const emoji = '\\ud83d';
    const rows: [what: string, body: unknown, field: string][] = [
      ['no appid', orderRequest({ appid: undefined }), 'appid'],
      ['an appid of nobody here', orderRequest({ appid: 'wx0000000000000000' }), 'appid'],
      ['a short out_trade_no', orderRequest({ out_trade_no: 'short' }), 'out_trade_no'],
      ['an out_trade_no of 33 characters', orderRequest({ out_trade_no: 'x'.repeat(33) }), 'out_trade_no'],
      ['an out_trade_no with a slash', orderRequest({ out_trade_no: 'order/0001' }), 'out_trade_no'],
      [
        'an out_trade_no with a line break at its end',
        orderRequest({ out_trade_no: 'order0001\n' }),
        'out_trade_no',
      ],
      ['an out_trade_no that is an object', orderRequest({ out_trade_no: { $gt: '' } }), 'out_trade_no'],
      ['an empty description', orderRequest({ description: '' }), 'description'],
      ['a description of 128 characters', orderRequest({ description: 'x'.repeat(128) }), 'description'],
      ['a description with a NUL', orderRequest({ description: 'a\u0000b' }), 'description'],
      [
        'a description with half an emoji',
        JSON.stringify(orderRequest({ description: 'HALF' })).replace('HALF', emoji),
        'description',
      ],
      ['no amount', orderRequest({ amount: undefined }), 'amount'],
      ['an amount of nothing', orderRequest({ amount: { total: 0 } }), 'amount.total'],
      ['a negative amount', orderRequest({ amount: { total: -1 } }), 'amount.total'],
      ['a fraction of a fen', orderRequest({ amount: { total: 1.5 } }), 'amount.total'],
      ['an amount as text', orderRequest({ amount: { total: '100' } }), 'amount.total'],
      ['an amount beyond 2^53', orderRequest({ amount: { total: 2 ** 53 } }), 'amount.total'],
      ['another currency', orderRequest({ amount: { total: 1, currency: 'USD' } }), 'amount.currency'],
      ['no payer', orderRequest({ payer: undefined }), 'payer.openid'],
      ['an openid with a blank', orderRequest({ payer: { openid: 'a b' } }), 'payer.openid'],
      ['an attach of 129 characters', orderRequest({ attach: 'x'.repeat(129) }), 'attach'],
      ['no logistics_type', orderRequest({ logistics_type: undefined }), 'logistics_type'],
      ['an unknown logistics_type', orderRequest({ logistics_type: 5 }), 'logistics_type'],
      ['a time_expire without offset', orderRequest({ time_expire: '2099-01-01T00:00:00' }), 'time_expire'],
      [
        'a time_expire on a day that does not exist',
        orderRequest({ time_expire: '2026-02-30T00:00:00Z' }),
        'time_expire',
      ],
      ['a time_expire in the past', orderRequest({ time_expire: '2020-01-01T00:00:00Z' }), 'time_expire'],
      ['a time_expire in 30 seconds', orderRequest({ time_expire: inMs(30_000) }), 'time_expire'],
      ['a time_expire in 91 days', orderRequest({ time_expire: inMs(91 * 86_400_000) }), 'time_expire'],
      ['prepay as text', orderRequest({ prepay: 'false' }), 'prepay'],
      ['a field that nobody knows', orderRequest({ notify_url: 'https://example.com' }), 'notify_url'],
      ['an unknown field within amount', orderRequest({ amount: { total: 1, tax: 1 } }), 'amount.tax'],
      ['__proto__', JSON.stringify(orderRequest()).replace('{', '{"__proto__":{"admin":true},'), '__proto__'],
      ['a list', [orderRequest()], 'body'],
      ['null', 'null', 'body'],
      ['text', '"order"', 'body'],
      ['lists within lists', '['.repeat(30_000) + ']'.repeat(30_000), 'body'],
    ];
    for (const [what, body, field] of rows) {
      it(`is told which field is wrong: ${what}`, async () => {
        const answer = await api.post(body);
        expectProblem(answer, 400, 'REQUEST_INVALID');
        expect(answer.body.errors.map(({ field }) => field)).to.include(field);
      });
    }

    it('is told all fields at once', async () => {
      const answer = await api.post(orderRequest({ appid: 'x', amount: { total: 0 }, logistics_type: 9 }));
      const fields = answer.body.errors.map(({ field }) => field);
      expect(fields).to.have.members(['appid', 'amount.total', 'logistics_type']);
    });

    it('gets no longer an answer however many fields it invents', async () => {
      const invented = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`f${n}`, 1]));
      const answer = await api.post(orderRequest(invented));
      expectProblem(answer, 400, 'REQUEST_INVALID');
      expect(answer.body.errors).to.have.length(20);
    });

    const unreadable: [what: string, body: string | Uint8Array][] = [
      ['malformed JSON', '{"appid":'],
      ['nothing', ''],
      ['bytes that are not UTF-8', withBrokenBytes(orderRequest({ description: 'XXXX' }))],
      ['a number that is no JSON', '{"amount":{"total":0x10}}'],
    ];
    for (const [what, body] of unreadable) {
      it(`is told that it cannot be read: ${what}`, async () => {
        expectProblem(await api.post(body), 400, 'REQUEST_INVALID');
      });
    }

    it('may have 1 MiB and no byte more', async () => {
      const padding = 1_024 * 1_024 - JSON.stringify(orderRequest({ padding: '' })).length;
      const fits = JSON.stringify(orderRequest({ padding: 'x'.repeat(padding - byteExcess()) }));
      expect(Buffer.byteLength(fits)).to.equal(1_024 * 1_024);
      expectProblem(await api.post(fits), 400, 'REQUEST_INVALID');
      expectProblem(await api.post(`${fits} `), 413, 'REQUEST_TOO_LARGE');
    });

    const mediaTypes: [what: string, headers: Record<string, string>][] = [
      ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
      ['plain text', { 'content-type': 'text/plain' }],
      ['another charset', { 'content-type': 'application/json; charset=gbk' }],
      ['compressed', { 'content-encoding': 'gzip' }],
      ['no type', { 'content-type': '' }],
    ];
    for (const [what, headers] of mediaTypes) {
      it(`is 415 in another form than JSON: ${what}`, async () => {
        expectProblem(await api.post(orderRequest(), { headers }), 415, 'REQUEST_MEDIA_TYPE');
      });
    }

    it('may name its charset', async () => {
      const headers = { 'content-type': 'Application/JSON; charset="UTF-8"' };
      expect((await api.post(orderRequest(), { headers })).status).to.equal(201);
    });
  });

  it('keeps the openid and the key out of every log line', async () => {
    const openid = `o${randomBytes(12).toString('hex')}`;
    const request = orderRequest({ payer: { openid } });
    await api.post(request);
    await api.post({ ...request, attach: 'other' });
    await waitFor('the log line', () => api.logged.some((line) => line.includes('"outcome":"conflict"')));
    const log = api.logged.join('');
    expect(log).to.contain(request.out_trade_no);
    expect(log).to.not.contain(openid);
    expect(log).to.not.contain(api.key);
  });
});

/** A good body whose description is no UTF-8. */
function withBrokenBytes(body: unknown): Buffer {
  const bytes = Buffer.from(JSON.stringify(body));
  return bytes.fill(0xff, bytes.indexOf('XXXX'), bytes.indexOf('XXXX') + 4);
}

function inMs(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}

/** Bytes beyond characters of the good body: its description is Chinese. */
function byteExcess(): number {
  const text = JSON.stringify(orderRequest());
  return Buffer.byteLength(text) - text.length;
}

async function markPaid(api: RunningApi, outTradeNo: string): Promise<void> {
  const { orders } = api.context.store;
  const order = await orders.find(mchId, outTradeNo);
  if (order === undefined) throw new Error('the order is not stored');
  const payment = {
    type: 'payment.succeeded' as const,
    mchId,
    appId: order.appId,
    outTradeNo,
    transactionId: `42${randomBytes(8).toString('hex')}`,
    amountFen: order.amountFen,
    currency: 'CNY',
    tradeType: 'JSAPI',
  };
  await orders.pay(order, payment, { eventKey: 'payment', effects: [] });
}

async function forgetPrepay(api: RunningApi, outTradeNo: string): Promise<void> {
  await api.context.store.orders.recordPrepay(mchId, outTradeNo, {
    prepayId: 'gone',
    expiresAt: new Date(0),
  });
}

/** The order as if it had been registered in time. */
async function registerAsThen(api: RunningApi, request: Record<string, unknown>): Promise<void> {
  const content = toOrderContent(createOrderRequest.parse(request));
  const timeExpire = content.timeExpire ?? new Date(0);
  await api.context.store.orders.register({
    ...content,
    mchId,
    timeExpire,
    contentHash: toContentHash(content),
  });
}

/** As another system of the same merchant would, without our knowing. */
async function prepayElsewhere(api: RunningApi, outTradeNo: string): Promise<void> {
  const merchant = api.context.config.directory.merchants.get(mchId);
  if (merchant === undefined) throw new Error('the merchant is not configured');
  const { logger, metrics } = api.context;
  const client = createPayClient({ merchant, baseUrl: api.simulator.uri, logger, metrics });
  try {
    await client.prepayJsapi({
      appId: merchant.appIds[0] ?? '',
      description: 'of another system',
      outTradeNo,
      amountFen: 1,
      currency: 'CNY',
      openId: 'oOfAnotherSystem',
      notifyUrl: 'http://127.0.0.1:9/elsewhere',
      timeExpire: new Date(Date.now() + 3_600_000),
    });
  } finally {
    client.close();
  }
}
