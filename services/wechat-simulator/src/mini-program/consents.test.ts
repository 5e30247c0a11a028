import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type Consents, createSimulator, type Simulator } from '../index.ts';
import {
  appId,
  callJson,
  createReceiver,
  newOutTradeNo,
  openId,
  pushToken,
  type Receiver,
  templateId,
  testApp,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';

const second = 1_000;

describe('wechat-simulator: buyers answer about messages', () => {
  let simulator: Simulator;
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await createReceiver(() => ({ status: 200, body: 'success' }));
  });
  afterEach(async () => {
    await simulator.close();
    await receiver.close();
  });

  const start = async (consents: Consents, url: string | undefined = receiver.url): Promise<void> => {
    const push = { token: pushToken, mode: 'plaintext', format: 'json', ...(url && { url }) } as const;
    simulator = await createSimulator({ merchants: [testMerchant], apps: [{ ...testApp, push, consents }] });
    simulator.faults.set({ variety: false });
  };
  const pay = (): void => {
    simulator.payDirectly(
      {
        mchId: testMerchant.mchId,
        appId,
        openId,
        outTradeNo: newOutTradeNo(),
        totalFen: 100,
        notifyUrl: receiver.url,
      },
      { drop: 100 },
    );
  };
  const pushed = (): Record<string, unknown>[] =>
    receiver.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  const granted = (): number => simulator.ledger().grants.find((one) => one.openid === openId)?.count ?? 0;
  const send = async (): Promise<number> => {
    const post = (path: string, body: object) => callJson('POST', `${simulator.uri}/cgi-bin${path}`, body);
    const { json } = await post('/stable_token', {
      grant_type: 'client_credential',
      appid: appId,
      secret: testApp.appSecret,
    });
    const data = { thing1: { value: 'tea' }, amount2: { value: '¥88' } };
    const message = { touser: openId, template_id: templateId, data };
    return (await post(`/message/subscribe/send?access_token=${json.access_token}`, message)).json.errcode;
  };

  it('the popup is answered 2 to 15 seconds after the payment, and pushed', async () => {
    await start('popup');
    pay();
    await simulator.clock.advance(1_900);
    expect([granted(), receiver.received.length]).to.deep.equal([0, 0]);
    await simulator.clock.advance(14 * second);
    expect(granted()).to.equal(1);
    expect(pushed()).to.have.length(1);
    expect(pushed()[0]).to.deep.include({
      Event: 'subscribe_msg_popup_event',
      FromUserName: openId,
      List: { TemplateId: templateId, SubscribeStatusString: 'accept', PopupScene: '0' },
    });
  });

  it('a buyer may reject, which is pushed and grants nothing', async () => {
    await start('popup');
    simulator.faults.set({ popup_answer: 'reject', popup_least_ms: 0, popup_most_ms: 0 });
    pay();
    await simulator.clock.advance(second);
    expect(granted()).to.equal(0);
    expect(pushed()[0]?.List).to.include({ SubscribeStatusString: 'reject' });
  });

  it('with 总是保持以上选择 messages are allowed and no event comes', async () => {
    await start('kept');
    pay();
    await simulator.clock.advance(60 * second);
    expect([granted(), receiver.received.length]).to.deep.equal([1, 0]);
  });

  it('a buyer who refuses in the settings has nothing left, and that is pushed', async () => {
    await start('kept');
    pay();
    const answer = await callJson('POST', `${simulator.uri}/simulator/buyers/refuse`, {
      appid: appId,
      openid: openId,
      template_id: templateId,
    });
    expect(answer.status, answer.text).to.equal(200);
    await simulator.clock.advance(second);
    expect(granted()).to.equal(0);
    expect(pushed()[0]).to.deep.include({
      Event: 'subscribe_msg_change_event',
      List: { TemplateId: templateId, SubscribeStatusString: 'reject' },
    });
  });

  it('what became of a message is pushed after its send, unless the app is silent', async () => {
    await start('kept');
    pay();
    simulator.faults.set({ send_latency_ms: 0 });
    expect(await send()).to.equal(0);
    expect(await send()).to.equal(43101);
    await simulator.clock.advance(second);
    expect(pushed()).to.have.length(1);
    expect(pushed()[0]).to.include({ Event: 'subscribe_msg_sent_event', FromUserName: openId });
    const [sent] = simulator.ledger().messages;
    expect(pushed()[0]?.List).to.include({ TemplateId: templateId, MsgID: sent?.msgId, ErrorCode: '0' });
  });

  it('a silent app gets nothing, and its buyers agree at once', async () => {
    await start('silent');
    pay();
    simulator.faults.set({ send_latency_ms: 0 });
    expect(await send()).to.equal(0);
    await simulator.clock.advance(60 * second);
    expect(receiver.received).to.have.length(0);
  });

  it('several answers come in one event, by call', async () => {
    await start('popup');
    const answer = await callJson('POST', `${simulator.uri}/simulator/buyers/popup`, {
      appid: appId,
      openid: openId,
      answers: [
        { template_id: templateId, answer: 'accept' },
        { template_id: 'tmpl-other', answer: 'reject' },
      ],
    });
    expect(answer.status, answer.text).to.equal(200);
    await simulator.clock.advance(second);
    expect(pushed()[0]?.List).to.have.length(2);
    expect(granted()).to.equal(1);
  });

  it('where nobody set an address the buyer answers nevertheless', async () => {
    await start('popup', '');
    pay();
    await simulator.clock.advance(20 * second);
    expect([granted(), receiver.received.length]).to.deep.equal([1, 0]);
  });
});
