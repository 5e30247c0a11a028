import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { SimulatedApp, Simulator } from '../index.ts';
import { appId, pushToken, templateId, testApp } from '../wechat-simulator.fixture.test.ts';
import {
  createPlatform,
  day,
  minute,
  type Platform,
  second,
  type WechatAnswer,
} from './platform.fixture.test.ts';

const path = '/cgi-bin/message/template/send';
const account: SimulatedApp = {
  ...testApp,
  appId: 'wx-service-account',
  kind: 'service-account',
  dailySendLimit: 3,
  push: { token: pushToken, mode: 'plaintext', format: 'json' },
};
const openId = 'oFollower-1';

describe('wechat-simulator: a service account sends template messages', () => {
  let platform: Platform;
  let simulator: Simulator;
  beforeEach(async () => {
    platform = await createPlatform(account, [testApp]);
    simulator = platform.simulator;
  });
  afterEach(() => platform.close());

  const message = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
    touser: openId,
    template_id: templateId,
    data: { thing1: { value: '咖啡一杯' }, amount2: { value: '¥18.80' } },
    ...change,
  });
  const send = (change?: Record<string, unknown>): Promise<WechatAnswer> =>
    platform.post(path, message(change));
  const statuses = async (): Promise<unknown[]> => {
    await simulator.clock.advance(0);
    return platform.pushed('TEMPLATESENDJOBFINISH').map(({ Status }) => Status);
  };

  it('it is answered with a msgid beyond 2^53, and what became of it is pushed', async () => {
    expect(await send()).to.include({ errcode: 0, errmsg: 'ok' });
    expect(await statuses()).to.deep.equal(['success']);
    const [sent] = simulator.ledger().messages;
    expect(BigInt(sent?.msgId ?? 0) > 2n ** 53n).to.equal(true);
    expect(platform.pushed()[0]).to.include({ FromUserName: openId });
    expect(platform.receiver.received[0]?.body).to.contain(`"MsgID":${sent?.msgId}`);
  });

  it('one client_msg_id is sent once within ten minutes to one openid', async () => {
    const { msgid } = await send({ client_msg_id: 'MSG_1' });
    expect(await send({ client_msg_id: 'MSG_1' })).to.include({ errcode: 0, msgid });
    expect(simulator.ledger().messages).to.have.length(1);
    await send({ client_msg_id: 'MSG_1', touser: 'oFollower-2' });
    expect(simulator.ledger().messages).to.have.length(2);
    await simulator.clock.advance(10 * minute + second);
    await send({ client_msg_id: 'MSG_1' });
    expect(simulator.ledger().messages.map(({ clientMsgId }) => clientMsgId)).to.deep.equal(
      Array(3).fill('MSG_1'),
    );
  });

  it('a message whose answer was lost is not sent twice under its client_msg_id', async () => {
    simulator.faults.set({
      api: [{ api: 'template_send', moment: 'after', answer: 'system_error', times: 1 }],
    });
    expect(await send({ client_msg_id: 'MSG_1' })).to.include({ errcode: -1 });
    expect(await send({ client_msg_id: 'MSG_1' })).to.include({ errcode: 0 });
    expect(await statuses()).to.deep.equal(['success']);
  });

  it('who refuses the account’s messages is told of by the event alone', async () => {
    simulator.setUser({ appId: account.appId, openId, isBlockingMessages: true });
    expect(await send()).to.include({ errcode: 0 });
    simulator.faults.set({ template_course: 'failed: system failed' });
    expect(await send({ touser: 'oFollower-2' })).to.include({ errcode: 0 });
    expect(await statuses()).to.deep.equal(['failed:user block', 'failed: system failed']);
  });

  const refusals: [string, Record<string, unknown>, number][] = [
    ['no openid', { touser: '' }, 40003],
    ['an unknown template', { template_id: 'none' }, 40037],
    ['a value that breaks its rule', { data: { thing1: { value: '' }, amount2: { value: '1' } } }, 47003],
    ['data as text', { data: '{}' }, 47001],
    ['an unknown mini-program', { miniprogram: { appid: 'wx-unknown' } }, 40013],
  ];
  for (const [name, change, errcode] of refusals) {
    it(`a message with ${name} is ${errcode}, and is not pushed about`, async () => {
      expect(await send(change)).to.include({ errcode });
      expect(await statuses()).to.deep.equal([]);
    });
  }

  it('who does not follow is 43004, an openid of the mini-program 40003', async () => {
    simulator.setUser({ appId: account.appId, openId, isFollowing: false });
    expect(await send()).to.include({ errcode: 43004 });
    simulator.login({ appId, openId: 'oOfTheMiniProgram' });
    expect(await send({ touser: 'oOfTheMiniProgram' })).to.include({ errcode: 40003 });
  });

  it('beyond the daily quota it is 45009, until the next day', async () => {
    for (let index = 0; index < 3; index += 1) expect(await send()).to.include({ errcode: 0 });
    expect(await send()).to.include({ errcode: 45009 });
    await simulator.clock.advance(day);
    expect(await send()).to.include({ errcode: 0 });
  });

  it('a service account has no subscription messages, and a mini-program no template messages', async () => {
    expect(await platform.post('/cgi-bin/message/subscribe/send', message())).to.include({ errcode: 48001 });
    const miniProgram = await createPlatform(testApp);
    try {
      expect(await miniProgram.post(path, message())).to.include({ errcode: 48001 });
    } finally {
      await miniProgram.close();
    }
  });
});
