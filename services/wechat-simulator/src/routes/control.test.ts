import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createSimulator, type LedgerView, type Simulator } from '../index.ts';
import {
  type Answer,
  appId,
  callJson,
  callPay,
  createReceiver,
  newOutTradeNo,
  openId,
  prepayBody,
  type Receiver,
  requestPayment,
  templateId,
  testApp,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';

describe('wechat-simulator: the control API', () => {
  let simulator: Simulator;
  let receiver: Receiver;
  let status = 204;

  beforeEach(async () => {
    status = 204;
    receiver = await createReceiver(() => status);
    simulator = await createSimulator({ merchants: [testMerchant], apps: [testApp] });
  });
  afterEach(async () => {
    await simulator.close();
    await receiver.close();
  });

  const control = (method: string, path: string, body?: unknown): Promise<Answer> =>
    callJson(method, `${simulator.uri}/simulator${path}`, body);
  const ledger = async (query = ''): Promise<LedgerView> =>
    JSON.parse((await control('GET', `/ledger${query}`)).text) as LedgerView;
  const prepay = (): Promise<Answer> =>
    callPay(simulator.uri, 'POST', '/v3/pay/transactions/jsapi', prepayBody(receiver.url));

  it('lists its calls', async () => {
    const { status: answered, text } = await control('GET', '');
    expect(answered).to.equal(200);
    expect(text).to.contain('/simulator/buyers/pay');
  });

  it('gives the latest payment’s notification for curl, which sends it as it is', async () => {
    expect((await control('GET', '/callback.curl')).status).to.equal(409);
    const { json } = await prepay();
    await control('POST', '/buyers/pay', requestPayment(json.prepay_id));
    const { status: answered, text } = await control('GET', '/callback.curl');
    expect(answered).to.equal(200);
    const [, url = ''] = /^url = "(.*)"$/m.exec(text) ?? [];
    const [, body = ''] = /^data-binary = "(.*)"$/m.exec(text) ?? [];
    expect(url).to.equal(receiver.url);
    expect(JSON.parse(body.replaceAll(/\\(.)/g, '$1'))).to.include({ event_type: 'TRANSACTION.SUCCESS' });
    expect(text).to.match(/^header = "Wechatpay-Signature: [0-9A-Za-z+/=]+"$/m);
  });

  it('a buyer pays with what wx.requestPayment got, and the ledger shows what became of it', async () => {
    const { json } = await prepay();
    const paid = await control('POST', '/buyers/pay', {
      ...requestPayment(json.prepay_id),
      deliveries: { copies: 2 },
    });
    expect(paid.status, paid.text).to.equal(200);
    expect(paid.json.transaction_id).to.match(/^\d{28}$/);
    const query = `?out_trade_no=${paid.json.out_trade_no}`;
    await waitFor(
      'the acknowledgement',
      async () => (await ledger(query)).notifications[0]?.state === 'acknowledged',
    );
    const seen = await ledger(query);
    expect(seen.orders).to.have.length(1);
    expect(seen.orders[0]).to.include({ trade_state: 'SUCCESS', transaction_id: paid.json.transaction_id });
    expect(seen.notifications[0]?.attempts.map((attempt) => attempt.status)).to.deep.equal([204, 204]);
    expect(seen.grants).to.deep.equal([{ appid: appId, openid: openId, template_id: templateId, count: 1 }]);
    expect(seen.calls.counts).to.deep.equal({ prepay: 1 });
    expect((await ledger('?out_trade_no=another')).orders).to.deep.equal([]);
  });

  it('a paySign that does not verify is refused with a code', async () => {
    const { json } = await prepay();
    const refused = await control('POST', '/buyers/pay', {
      ...requestPayment(json.prepay_id),
      nonceStr: 'x',
    });
    expect([refused.status, refused.json.code]).to.deep.equal([403, 'PAY_SIGN_WRONG']);
    const unknown = await control('POST', '/buyers/pay', requestPayment('wx-unknown'));
    expect([unknown.status, unknown.json.code]).to.deep.equal([404, 'PREPAY_ID_UNKNOWN']);
  });

  it('a body that does not fit is refused, and so is one that is not sent as JSON', async () => {
    expect((await control('POST', '/buyers/pay', { appId })).json.code).to.equal('BODY_INVALID');
    expect((await control('POST', '/clock', '{')).status).to.equal(400);
    const asForm = await fetch(`${simulator.uri}/simulator/clock`, { method: 'POST', body: '{"speed":2}' });
    expect(asForm.status).to.equal(400);
    expect(simulator.clock.speed).to.equal(1);
    expect((await control('GET', '/nothing')).status).to.equal(404);
  });

  it('an order that was prepaid elsewhere can be paid', async () => {
    const { json } = await control('POST', '/payments', {
      mchid: testMerchant.mchId,
      appid: appId,
      openid: openId,
      out_trade_no: newOutTradeNo(),
      total: 100,
      notify_url: receiver.url,
    });
    await waitFor('the notification', () => receiver.received.length === 1);
    expect(json.transaction_id).to.match(/^\d{28}$/);
  });

  it('any event can be announced and sent again, the re-sends following the clock', async () => {
    status = 500;
    const { json } = await control('POST', '/notifications', {
      mchid: testMerchant.mchId,
      url: receiver.url,
      event_type: 'REFUND.SUCCESS',
      original_type: 'refund',
      resource: { mchid: testMerchant.mchId, out_trade_no: 'ABCDEF', refund_status: 'SUCCESS' },
    });
    await control('POST', '/clock', { advance_ms: 20_000 });
    expect(receiver.received).to.have.length(2);
    status = 204;
    const resent = await control('POST', `/notifications/${json.notification_id}/resend`);
    expect(JSON.parse(resent.text)).to.include({ state: 'acknowledged' });
    expect((await control('POST', '/notifications/unknown/resend')).status).to.equal(404);
  });

  it('a notification for a merchant that is not there is refused', async () => {
    const body = { mchid: '1', url: receiver.url, event_type: 'X', resource: {} };
    expect((await control('POST', '/notifications', body)).json.code).to.equal('MERCHANT_UNKNOWN');
  });

  it('grants are given and taken back', async () => {
    const key = { appid: appId, openid: openId, template_id: templateId };
    await control('POST', '/grants', { ...key, count: 2 });
    await control('POST', '/grants', { ...key, count: 3 });
    expect((await ledger()).grants).to.deep.equal([{ ...key, count: 5 }]);
    await control('POST', '/grants', { ...key, count: 0 });
    expect((await ledger()).grants).to.deep.equal([]);
  });

  it('the clock can run faster and be moved on', async () => {
    const before = simulator.clock.now();
    const { text } = await control('POST', '/clock', { advance_ms: 3_600_000 });
    expect(Date.parse((JSON.parse(text) as { now: string }).now)).to.be.at.least(before + 3_600_000);
    await control('POST', '/clock', { speed: 60 });
    expect(simulator.clock.speed).to.equal(60);
  });

  it('the platform’s public keys can be read, private ones nowhere', async () => {
    const { text } = await control('GET', '/platform-keys');
    expect(text).to.contain('PUBLIC KEY').and.to.contain('PUB_KEY_ID_');
    const everything = text + (await control('GET', '/ledger')).text;
    for (const secret of ['PRIVATE', testMerchant.apiV3Key, testApp.appSecret]) {
      expect(everything).not.to.contain(secret);
    }
  });

  const broken = async (work: Promise<unknown>): Promise<boolean> =>
    work.then(
      () => false,
      () => true,
    );

  it('an API can be made to fail before it acts', async () => {
    await control('POST', '/faults', { api: [{ api: 'prepay', answer: { status: 502 }, times: 2 }] });
    const answers = [await prepay(), await prepay(), await prepay()];
    expect(answers.map((answer) => answer.status)).to.deep.equal([502, 502, 200]);
    expect(answers[0]?.headers.has('wechatpay-signature')).to.equal(false);
    expect((await ledger()).orders).to.have.length(1);
  });

  it('an API can be made to act and then fail to say so', async () => {
    await control('POST', '/faults', { api: [{ api: 'prepay', moment: 'after', answer: 'reset' }] });
    expect(await broken(prepay())).to.equal(true);
    expect((await ledger()).orders).to.have.length(1);
    expect((await ledger()).calls.latest.map(({ code }) => code)).to.deep.equal(['reset']);
  });

  it('an API can be made to stay silent', async () => {
    await control('POST', '/faults', { api: [{ api: 'stable_token', answer: 'silence' }] });
    const url = `${simulator.uri}/cgi-bin/stable_token`;
    expect(await broken(fetch(url, { method: 'POST', signal: AbortSignal.timeout(100) }))).to.equal(true);
  });

  it('a mini-program API can be made to answer any errcode', async () => {
    const answer = { status: 200, body: { errcode: -1, errmsg: 'system error' } };
    await control('POST', '/faults', { api: [{ api: 'subscribe_send', answer }] });
    const { json } = await callJson(
      'POST',
      `${simulator.uri}/cgi-bin/message/subscribe/send?access_token=x`,
      {},
    );
    expect(json.errcode).to.equal(-1);
  });

  it('faults are seen, merged, checked and taken back', async () => {
    await control('POST', '/faults', { drop_share: 0.5 });
    await control('POST', '/faults', { delay_ms: 5 });
    expect(JSON.parse((await control('GET', '/faults')).text)).to.include({ drop_share: 0.5, delay_ms: 5 });
    expect((await control('POST', '/faults', { drop_share: 2 })).status).to.equal(400);
    expect((await control('POST', '/faults', { dropshare: 1 })).status).to.equal(400);
    await control('DELETE', '/faults');
    expect(JSON.parse((await control('GET', '/faults')).text)).to.include({ drop_share: 0, delay_ms: 0 });
  });

  it('it is refused to whoever comes through a proxy', async () => {
    const answered = await new Promise<number>((resolve, reject) => {
      const headers = { 'x-forwarded-for': '203.0.113.9' };
      request(`${simulator.uri}/simulator/ledger`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
    expect(answered).to.equal(403);
  });

  const address = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
  (address === undefined ? it.skip : it)(
    'it is refused to other machines, unless the settings allow it',
    async () => {
      for (const [allowRemoteControl, expected] of [
        [false, 403],
        [true, 200],
      ] as const) {
        const open = await createSimulator({
          merchants: [testMerchant],
          allowRemoteControl,
          host: '0.0.0.0',
        });
        try {
          const response = await fetch(`http://${address}:${open.port}/simulator/ledger`);
          expect(response.status).to.equal(expected);
        } finally {
          await open.close();
        }
      }
    },
  );

  it('any event can be sent by its name, and the answer to it is told', async () => {
    status = 500;
    const sent = await control('POST', '/events', { name: 'refund', url: receiver.url, tamper: 'serial' });
    expect(sent.status, sent.text).to.equal(200);
    expect(JSON.parse(sent.text)).to.include({
      event_type: 'REFUND.SUCCESS',
      channel: 'pay-v3',
      outcome: 'answered',
      status: 500,
      accepted: false,
      must_be_refused: true,
    });
    const { events, tampers } = JSON.parse((await control('GET', '/events')).text) as {
      events: { name: string }[];
      tampers: Record<string, string[]>;
    };
    expect(events.map(({ name }) => name)).to.include.members(['REFUND.SUCCESS', 'v2.refund', 'debug_demo']);
    expect(Object.keys(tampers)).to.have.members(['pay-v3', 'pay-v2', 'push']);
    for (const [body, code] of [
      [{ name: 'nonsense' }, 'EVENT_UNKNOWN'],
      [{ name: 'refund', tamper: 'lying-length' }, 'TAMPER_UNKNOWN'],
      [{ name: 'refund', mode: 'safe' }, 'OPTION_DOES_NOT_APPLY'],
      [{ name: 'debug' }, 'APP_UNKNOWN'],
      [{ name: 'v2.payment' }, 'URL_UNKNOWN'],
      [{ name: 'refund', surprise: 1 }, 'BODY_INVALID'],
    ] as const) {
      expect((await control('POST', '/events', body)).json.code, JSON.stringify(body)).to.equal(code);
    }
  });
});
