import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createSimulator, type Simulator } from '../index.ts';
import {
  type Answer,
  appId,
  callJson,
  callPay,
  openId,
  otherAppId,
  prepayBody,
  requestPayment,
  templateId,
  testApp,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';

const second = 1_000;
const hour = 3_600 * second;

describe('wechat-simulator: the mini-program platform', () => {
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await createSimulator({
      merchants: [testMerchant],
      apps: [
        testApp,
        { ...testApp, appId: otherAppId, ipWhitelist: ['203.0.113.7'] },
        { ...testApp, appId: 'wx-limited', dailySendLimit: 1 },
      ],
    });
    simulator.faults.set({ msgid_missing_share: 0 });
  });
  afterEach(() => simulator.close());

  const fetchToken = (change: Record<string, unknown> = {}): Promise<Answer> =>
    callJson('POST', `${simulator.uri}/cgi-bin/stable_token`, {
      grant_type: 'client_credential',
      appid: appId,
      secret: testApp.appSecret,
      ...change,
    });
  const token = async (change?: Record<string, unknown>): Promise<string> =>
    (await fetchToken(change)).json.access_token;
  const message = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
    touser: openId,
    template_id: templateId,
    page: 'pages/order?id=1',
    miniprogram_state: 'formal',
    lang: 'zh_CN',
    data: { thing1: { value: '咖啡一杯' }, amount2: { value: '¥18.80' } },
    ...change,
  });
  const send = (accessToken: string, body: unknown = message()): Promise<Answer> =>
    callJson('POST', `${simulator.uri}/cgi-bin/message/subscribe/send?access_token=${accessToken}`, body);
  const grant = (count: number, id = appId): void =>
    simulator.grant({ appId: id, openId, templateId }, count);
  const errcodeOf = async (answer: Promise<Answer>): Promise<number> => {
    const { status, json } = await answer;
    expect(status).to.equal(200);
    return json.errcode;
  };

  it('stable_token gives the same token with its remaining seconds', async () => {
    const first = await fetchToken();
    expect(first.json.expires_in).to.be.within(7_190, 7_200);
    await simulator.clock.advance(hour);
    const second = await fetchToken();
    expect(second.json.access_token).to.equal(first.json.access_token);
    expect(second.json.expires_in).to.be.within(3_590, 3_600);
  });

  it('in the last five minutes it turns over, and the old one works until its end', async () => {
    grant(2);
    const old = await token();
    await simulator.clock.advance(2 * hour - 290 * second);
    const { json } = await fetchToken();
    expect(json.access_token).not.to.equal(old);
    expect(json.expires_in).to.be.within(7_190, 7_200);
    expect(await errcodeOf(send(old))).to.equal(0);
    await simulator.clock.advance(291 * second);
    expect(await errcodeOf(send(old))).to.equal(42001);
    expect(await errcodeOf(send(json.access_token))).to.equal(0);
  });

  it('a forced refresh kills the old token at once, and within 30 s changes nothing', async () => {
    const old = await token();
    const forced = await token({ force_refresh: true });
    expect(forced).not.to.equal(old);
    expect(await errcodeOf(send(old))).to.equal(40001);
    expect(await token({ force_refresh: true })).to.equal(forced);
    await simulator.clock.advance(31 * second);
    expect(await token({ force_refresh: true })).not.to.equal(forced);
  });

  it('a forced refresh is allowed 20 times a day', async () => {
    const codes: (number | undefined)[] = [];
    for (let index = 0; index < 21; index += 1) {
      codes.push((await fetchToken({ force_refresh: true })).json.errcode);
      await simulator.clock.advance(31 * second);
    }
    // A run across midnight in Beijing has two days.
    const dayChanged = new Date(simulator.clock.now() + 8 * hour).getUTCHours() === 0;
    if (!dayChanged) expect(codes).to.deep.equal([...Array(20).fill(undefined), 45009]);
    await simulator.clock.advance(24 * hour);
    expect((await fetchToken({ force_refresh: true })).json.errcode).to.equal(undefined);
  });

  const refusals: [string, Record<string, unknown>, number][] = [
    ['a wrong secret', { secret: 'x' }, 40125],
    ['an unknown appid', { appid: 'wx-unknown' }, 40013],
    ['an address that is not on the list', { appid: otherAppId }, 40164],
    ['another grant_type', { grant_type: 'authorization_code' }, 40002],
    ['no appid', { appid: undefined }, 41002],
    ['no secret', { secret: undefined }, 41004],
  ];
  for (const [name, change, errcode] of refusals) {
    it(`stable_token with ${name} answers HTTP 200 with ${errcode}`, async () => {
      expect(await errcodeOf(fetchToken(change))).to.equal(errcode);
    });
  }

  it('stable_token by GET answers 43002, without JSON 47001', async () => {
    expect(await errcodeOf(callJson('GET', `${simulator.uri}/cgi-bin/stable_token`))).to.equal(43002);
    expect(await errcodeOf(callJson('POST', `${simulator.uri}/cgi-bin/stable_token`, '{'))).to.equal(47001);
  });

  it('one grant is one message, answered with a msgid beyond 2^53', async () => {
    grant(1);
    const accessToken = await token();
    const sent = await send(accessToken);
    expect(sent.json.errcode).to.equal(0);
    const [, digits] = /"msgid":(\d+)/.exec(sent.text) ?? [];
    expect(BigInt(digits ?? 0) > 2n ** 53n).to.equal(true);
    expect(await errcodeOf(send(accessToken))).to.equal(43101);
    const { messages } = simulator.ledger();
    expect(messages.map(({ errcode }) => errcode)).to.deep.equal([0, 43101]);
    expect(messages[0]?.msgId).to.equal(digits);
    expect(messages[0]?.data).to.deep.equal(message().data);
  });

  it('msgid is sometimes missing', async () => {
    simulator.faults.set({ msgid_missing_share: 0.5 });
    grant(20);
    const accessToken = await token();
    const seen = new Set<boolean>();
    for (let index = 0; index < 20; index += 1) seen.add((await send(accessToken)).text.includes('msgid'));
    expect(seen).to.deep.equal(new Set([true, false]));
  });

  it('a second message to the same buyer while one is being sent gets 43108, to another buyer not', async () => {
    const minute = hour / 60;
    simulator.faults.set({ send_latency_ms: minute });
    grant(2);
    simulator.grant({ appId, openId: 'oAnotherBuyer', templateId }, 1);
    const accessToken = await token();
    const first = send(accessToken);
    // Whichever arrives second is refused at once, while the others wait for the simulated minute.
    const second = send(accessToken);
    expect(await errcodeOf(Promise.race([first, second]))).to.equal(43108);
    const toAnother = send(accessToken, message({ touser: 'oAnotherBuyer' }));
    await waitFor('both to be on their way', async () => {
      // A minute at a time: the token dies after two simulated hours, and the last one may be slow to arrive.
      await simulator.clock.advance(minute);
      return simulator.ledger().messages.length === 3;
    });
    const codes = [await first, await second, await toAnother].map(({ json }) => json.errcode);
    expect(codes.sort((one, other) => one - other)).to.deep.equal([0, 0, 43108]);
    expect(simulator.ledger().grants.find(({ openid }) => openid === openId)?.count).to.equal(1);
  });

  const wrongMessages: [string, Record<string, unknown>, number][] = [
    ['an unknown template', { template_id: 'none' }, 40037],
    ['a template named like an inherited property', { template_id: 'constructor' }, 40037],
    ['no openid', { touser: '' }, 40003],
    ['data as text', { data: '{}' }, 47001],
    ['a keyword that is missing', { data: { thing1: { value: 'x' } } }, 47003],
    ['a keyword of no template', { data: { ...Object(message().data), thing9: { value: 'x' } } }, 47003],
    ['an empty value', { data: { thing1: { value: '' }, amount2: { value: '1' } } }, 47003],
    [
      'a thing of 21 characters',
      { data: { thing1: { value: '字'.repeat(21) }, amount2: { value: '1' } } },
      47003,
    ],
    ['a line break', { data: { thing1: { value: 'a\nb' }, amount2: { value: '1' } } }, 47003],
    ['an amount in words', { data: { thing1: { value: 'x' }, amount2: { value: '十元整' } } }, 47003],
  ];
  for (const [name, change, errcode] of wrongMessages) {
    it(`a message with ${name} gets ${errcode} and uses no grant`, async () => {
      grant(1);
      const accessToken = await token();
      expect(await errcodeOf(send(accessToken, message(change)))).to.equal(errcode);
      expect(await errcodeOf(send(accessToken))).to.equal(0);
    });
  }

  it('an openid of another app gets 40003', async () => {
    simulator.grant({ appId, openId, templateId }, 1);
    await send(await token());
    const accessToken = await token({ appid: 'wx-limited' });
    expect(await errcodeOf(send(accessToken))).to.equal(40003);
  });

  it('beyond the daily quota of the app it gets 45009, until the next day', async () => {
    grant(3, 'wx-limited');
    const limited = { appid: 'wx-limited' };
    expect(await errcodeOf(send(await token(limited)))).to.equal(0);
    expect(await errcodeOf(send(await token(limited)))).to.equal(45009);
    await simulator.clock.advance(24 * hour);
    expect(await errcodeOf(send(await token(limited)))).to.equal(0);
  });

  it('a missing token gets 41001, one of nobody and a revoked one 40001', async () => {
    expect(await errcodeOf(send(''))).to.equal(41001);
    expect(await errcodeOf(send('nobody'))).to.equal(40001);
    const revoked = await token();
    simulator.revokeToken(appId);
    expect(await errcodeOf(send(revoked))).to.equal(40001);
    expect(await token()).not.to.equal(revoked);
  });

  it('a payment grants one message of each template of its app', async () => {
    const path = '/v3/pay/transactions/jsapi';
    const { json } = await callPay(simulator.uri, 'POST', path, prepayBody('http://127.0.0.1:9/notify'));
    simulator.pay(requestPayment(json.prepay_id));
    const accessToken = await token();
    expect(await errcodeOf(send(accessToken))).to.equal(0);
    expect(await errcodeOf(send(accessToken))).to.equal(43101);
  });
});
