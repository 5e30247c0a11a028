import type { Phone } from '@huidiao/example-mini-program';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import { waitFor } from '../wait-for.ts';
import { appId, newOpenId, startWorld, untilShown, type World } from './world.fixture.test.ts';

const me = 'pages/me/me';

describe('what the mini-program asks its user for', () => {
  let world: World;
  before(async () => {
    world = await startWorld(['ingress', 'order-worker', 'message-worker', 'reconciler']);
  });
  after(() => world.close());
  afterEach(() => world.installation.simulator.faults.set({ api: [] }));

  const logins = () => world.installation.simulator.ledger().calls.counts.jscode2session ?? 0;
  const fail = (api: 'jscode2session' | 'getuserphonenumber', answer: object | 'reset', times = 1) =>
    world.installation.simulator.faults.set({
      api: [{ api, moment: answer === 'reset' ? 'after' : 'before', answer: answer as 'reset', times }],
    });

  async function openMe(openId = newOpenId()): Promise<{ phone: Phone; openId: string }> {
    const phone = world.openPhone(openId);
    phone.openTab(me);
    await waitFor('the login', () => !phone.isBusy);
    return { phone, openId };
  }

  describe('the login', () => {
    it('happens once at the start, and not again while the token lives', async () => {
      const before = logins();
      const { phone } = await openMe();
      expect(phone.shown.hint).to.equal('');
      phone.launch();
      phone.openTab(me);
      await waitFor('the page', () => !phone.isBusy);
      expect(logins() - before).to.equal(1);
    });

    it('is done again with a new code where WeChat refused the first one, or its answer was lost', async () => {
      for (const answer of [
        'reset',
        { status: 200, body: { errcode: 40029, errmsg: 'invalid code' } },
      ] as const) {
        fail('jscode2session', answer);
        const { phone } = await openMe();
        await untilShown(phone, { hint: '' });
      }
    });

    it('says what the user can do where WeChat refuses it for good', async () => {
      const { simulator } = world.installation;
      const openId = newOpenId();
      simulator.setUser({ appId, openId, isRisky: true });
      const { phone } = await openMe(openId);
      await untilShown(phone, { hint: '微信认为该账号存在风险，暂时无法登录' });
      simulator.setUser({ appId, openId, isRisky: false });
      phone.show();
      await untilShown(phone, { hint: '' });
    });

    it('is said to be impossible without a network, and done when the page is shown again', async () => {
      const phone = world.openPhone();
      phone.close();
      phone.setOnline(false);
      phone.launch();
      phone.openTab(me);
      await untilShown(phone, { hint: '微信登录失败，请检查网络后重试' });
      expect(phone.complaints.join()).to.include('wx.login');
      phone.setOnline(true);
      phone.show();
      await untilShown(phone, { hint: '' });
    });

    it('is repeated without a word once the server does not know the token any more', async () => {
      const { phone, openId } = await openMe();
      await world.installation.store.sessions.forget({ appId, openId });
      const before = logins();
      phone.show();
      await waitFor('the login', () => logins() === before + 1 && !phone.isBusy);
      expect(phone.shown.hint).to.equal('');
    });

    it('ends when the user leaves: the token is worth nothing then', async () => {
      const { phone, openId } = await openMe();
      phone.tap('退出登录');
      await untilShown(phone, { hint: '已退出登录' });
      expect(await world.installation.store.sessions.forget({ appId, openId })).to.equal(0);
    });
  });

  describe('the profile', () => {
    it('is anonymous by wx.getUserInfo today, so that the user enters it', async () => {
      const { phone } = await openMe();
      phone.tap('使用微信资料');
      expect(() => phone.tap('使用微信资料'), 'no second time').to.throw('disabled');
      await untilShown(phone, { asksByForm: true, isAsking: false, nickname: '' });
      phone.tap('头像');
      phone.submit({ nickname: ' 小林 ' });
      await untilShown(phone, { nickname: '小林', avatarUrl: 'http://tmp/avatar-1.jpeg', asksByForm: false });
      phone.launch();
      phone.openTab(me);
      await untilShown(phone, { nickname: '小林', avatarUrl: 'wxfile://store_avatar-1.jpeg' });
    });

    it('keeps the picture that was chosen last on the phone, until the user leaves', async () => {
      const { phone } = await openMe();
      phone.tap('使用微信资料');
      await untilShown(phone, { asksByForm: true });
      for (const number of [1, 2]) {
        phone.tap('头像');
        await untilShown(phone, { avatarUrl: `http://tmp/avatar-${number}.jpeg` });
        await waitFor('the picture', () => phone.savedFiles.has(`wxfile://store_avatar-${number}.jpeg`));
      }
      await waitFor('the first one to go', () => phone.savedFiles.size === 1);
      phone.tap('退出登录');
      await untilShown(phone, { avatarUrl: '', hint: '已退出登录' });
      expect(phone.savedFiles.size).to.equal(0);
    });

    it('wants a name in the form', async () => {
      const { phone } = await openMe();
      phone.tap('使用微信资料');
      await untilShown(phone, { asksByForm: true });
      phone.submit({ nickname: '  ' });
      await untilShown(phone, { hint: '请输入昵称', asksByForm: true });
    });

    it('is checked though another login has changed the session_key just before', async () => {
      const { phone, openId } = await openMe();
      world.installation.simulator.login({ appId, openId, renewsSession: true });
      const before = logins();
      phone.tap('使用微信资料');
      await untilShown(phone, { asksByForm: true, isAsking: false, hint: '' });
      expect(logins() - before, 'it logged in and fetched the data again').to.equal(1);
    });

    it('is checked though the login is still under way', async () => {
      const phone = world.openPhone();
      phone.openTab(me);
      phone.tap('使用微信资料');
      await untilShown(phone, { asksByForm: true, isAsking: false, hint: '' });
    });

    it('is entered by hand where the user refused the privacy guideline (errno 104)', async () => {
      const { phone } = await openMe();
      phone.person.privacy = 'refused';
      phone.tap('使用微信资料');
      await untilShown(phone, {
        hint: '您未同意隐私保护指引，可手动填写',
        asksByForm: true,
        isAsking: false,
      });
      phone.tap('头像');
      await untilShown(phone, { avatarUrl: '' });
      phone.tap('获取手机号');
      await untilShown(phone, { hint: '您未同意隐私保护指引，可手动填写', phoneNumber: '' });
      phone.submit({ nickname: '小林' });
      await untilShown(phone, { nickname: '小林', hint: '' });
      expect(phone.complaints).to.deep.equal([]);
    });

    it('is not asked for where the guideline does not declare it (errno 112), and the developer is told', async () => {
      const { phone } = await openMe();
      phone.person.privacy = 'undeclared';
      phone.tap('使用微信资料');
      await untilShown(phone, { hint: '该功能暂不可用', asksByForm: false, isAsking: false });
      expect(phone.complaints).to.deep.equal([
        'the privacy guideline does not declare this: getUserInfo:fail api scope is not declared in the privacy agreement',
      ]);
    });

    it('says that the network is away, and works once it is back', async () => {
      const { phone } = await openMe();
      phone.setOnline(false);
      phone.tap('使用微信资料');
      await untilShown(phone, { hint: '网络不可用，请稍后再试', isAsking: false });
      phone.setOnline(true);
      phone.tap('使用微信资料');
      await untilShown(phone, { asksByForm: true, hint: '' });
    });
  });

  describe('the phone number', () => {
    it('is shown, by the code of the button', async () => {
      const openId = newOpenId();
      world.installation.simulator.setUser({ appId, openId, phoneNumber: '13812345678' });
      const { phone } = await openMe(openId);
      phone.tap('获取手机号');
      await untilShown(phone, { phoneNumber: '13812345678', hint: '' });
    });

    it('is asked for again where the code was used up by an answer that was lost', async () => {
      const { phone } = await openMe();
      fail('getuserphonenumber', 'reset');
      phone.tap('获取手机号');
      await untilShown(phone, { hint: '授权已失效，请重新点击获取手机号', phoneNumber: '' });
      phone.tap('获取手机号');
      await waitFor('the number', () => phone.shown.phoneNumber !== '');
    });

    it('is had by the same code where WeChat had not used it', async () => {
      const { phone } = await openMe();
      fail('getuserphonenumber', { status: 500 });
      phone.tap('获取手机号');
      await waitFor('the number', () => phone.shown.phoneNumber !== '');
    });
  });
});
