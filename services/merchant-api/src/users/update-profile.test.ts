import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import type { UserInfo } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import {
  appId,
  codeOf,
  type LoginApi,
  newOpenId,
  problemOf,
  sharedAppId,
  startLoginApi,
} from '../sessions/login.fixture.test.ts';

const band = {
  nickName: 'Band',
  avatarUrl: 'https://thirdwx.qlogo.cn/mmopen/vi_32/band/132',
  is_demote: false,
};

function toBody({
  rawData,
  signature,
  encryptedData,
  iv,
}: Pick<UserInfo, 'rawData' | 'signature' | 'encryptedData' | 'iv'>) {
  return { raw_data: rawData, signature, encrypted_data: encryptedData, iv };
}

describe('what a user tells of themselves', () => {
  let api: LoginApi;
  let openId: string;
  let token: string;
  before(async () => {
    api = await startLoginApi();
  });
  after(() => api.close());
  beforeEach(async () => {
    api.aheadMs = 0;
    ({ openId, token } = await api.newUser({ renewsSession: true }));
  });

  const getUserInfo = (profile?: typeof band) =>
    api.simulator.getUserInfo({ appId, openId, ...(profile && { profile }) });
  const send = (body: object, as = token) => api.clientOf(as).updateProfile({ body: body as never });
  const renewSession = () => api.simulator.login({ appId, openId, renewsSession: true }).code;

  describe('by wx.getUserInfo', () => {
    it('is kept, and told to nobody but the user and the shop', async () => {
      const { status, body } = await send(toBody(getUserInfo(band)));
      const profile = { nickname: 'Band', avatar_url: band.avatarUrl };
      expect({ status, body }).to.deep.equal({ status: 200, body: { anonymous: false, profile } });
      expect((await api.clientOf(token).readSession()).body.profile).to.deep.equal(profile);
      expect((await api.client.inspectSession({ body: { token } })).body.profile).to.deep.equal(profile);
    });

    it('is recognised where it is anonymous, and then nothing of it is kept', async () => {
      const { body } = await send(toBody(getUserInfo()));
      expect(body).to.deep.equal({ anonymous: true });
      const user = await api.context.store.users.find({ appId, openId });
      expect(user?.secrets).to.include({ nickname: undefined, avatarUrl: undefined });
    });

    it('leaves what the user entered before where it is anonymous', async () => {
      await send({ nickname: '小林' });
      const { body } = await send(toBody(getUserInfo()));
      expect(body).to.deep.equal({ anonymous: true, profile: { nickname: '小林' } });
    });

    it('tells the unionid where the login did not', async () => {
      api.simulator.setUser({ appId, openId, unionId: 'oUnionLater' });
      await send(toBody(getUserInfo()));
      expect((await api.client.inspectSession({ body: { token } })).body.unionid).to.equal('oUnionLater');
    });

    it('is taken though a second wx.login has changed the session_key meanwhile, for ten minutes', async () => {
      const made = getUserInfo(band);
      const code = renewSession();
      const again = (await api.nobody.createSession({ body: { appid: appId, code } })).body.token;
      expect((await send(toBody(made), again)).status).to.equal(200);
      api.aheadMs = 10 * 60_000 + 1_000;
      // The signature is looked at before the age.
      expect(await codeOf(send(toBody(made), again))).to.equal('422 PROFILE_SIGNATURE_WRONG');
    });

    it('is taken after logins that gave the same session_key again', async () => {
      const made = getUserInfo(band);
      const code = renewSession();
      await api.nobody.createSession({ body: { appid: appId, code } });
      await api.logIn(openId);
      await api.logIn(openId);
      expect((await send(toBody(made))).status).to.equal(200);
    });

    it('may be made before the code of a new login arrives only by asking again: PROFILE_SIGNATURE_WRONG', async () => {
      const code = renewSession();
      const made = toBody(getUserInfo(band));
      expect(await codeOf(send(made))).to.equal('422 PROFILE_SIGNATURE_WRONG');
      await api.nobody.createSession({ body: { appid: appId, code } });
      expect((await send(made)).status).to.equal(200);
    });

    it('is refused two logins later, whose keys are both others', async () => {
      const made = getUserInfo(band);
      await api.logIn(openId, { renewsSession: true });
      await api.logIn(openId, { renewsSession: true });
      expect(await codeOf(send(toBody(made)))).to.equal('422 PROFILE_SIGNATURE_WRONG');
    });

    it('is refused with a rawData that was parsed and written again: PROFILE_SIGNATURE_WRONG', async () => {
      const made = getUserInfo(band);
      const raw_data = JSON.stringify(JSON.parse(made.rawData), null, 1);
      expect(await codeOf(send({ ...toBody(made), raw_data }))).to.equal('422 PROFILE_SIGNATURE_WRONG');
    });

    it('is refused with the encryptedData of another moment, or altered: PROFILE_NOT_DECRYPTABLE', async () => {
      const made = getUserInfo(band);
      const bytes = Buffer.from(made.encryptedData, 'base64');
      const shorter = bytes.subarray(0, bytes.length - 16).toString('base64');
      const noBlocks = bytes.subarray(0, bytes.length - 3).toString('base64');
      const key = await askSessionKey();
      const noJson = seal(key, '{"nickName":');
      const noUser = seal(key, '{"phoneNumber":"13800000000"}');
      const others = [shorter, noBlocks].map((encryptedData) => ({ encryptedData, iv: made.iv }));
      for (const data of [...others, noJson, noUser, seal(randomBytes(16), '{}')]) {
        const body = toBody({ ...made, ...data });
        expect(await codeOf(send(body))).to.equal('422 PROFILE_NOT_DECRYPTABLE');
      }
    });

    it('is refused where it is of another app: PROFILE_OF_ANOTHER_APP', async () => {
      const info = { ...band, openId, watermark: { appid: sharedAppId, timestamp: nowSeconds() } };
      expect(await codeOf(send(await forge(info)))).to.equal('422 PROFILE_OF_ANOTHER_APP');
    });

    it('is refused where it is of another user: PROFILE_OF_ANOTHER_USER', async () => {
      const info = { ...band, openId: newOpenId(), watermark: { appid: appId, timestamp: nowSeconds() } };
      expect(await codeOf(send(await forge(info)))).to.equal('422 PROFILE_OF_ANOTHER_USER');
    });

    it('is taken without an openid, as wx.getUserProfile of old versions gives it', async () => {
      const info = { ...band, watermark: { appid: appId, timestamp: nowSeconds() } };
      expect((await send(await forge(info))).status).to.equal(200);
    });

    for (const [what, aheadMs] of [
      ['more than five minutes old', 302_000],
      ['more than five minutes ahead of our clock', -302_000],
    ] as const) {
      it(`is refused where it is ${what}: PROFILE_STALE`, async () => {
        const made = toBody(getUserInfo(band));
        api.aheadMs = aheadMs;
        expect(await codeOf(send(made))).to.equal('422 PROFILE_STALE');
        api.aheadMs = aheadMs > 0 ? 290_000 : -290_000;
        expect((await send(made)).status).to.equal(200);
      });
    }

    it('is refused where no session_key opens any more: SESSION_KEY_EXPIRED, until the next login', async () => {
      const app = api.apps.get(appId) ?? expect.fail('no app');
      await send({ nickname: '小林' });
      const stranger = { ...app, appSecret: 'f'.repeat(32), appSecretPrevious: undefined };
      api.apps.set(appId, stranger);
      try {
        expect(await codeOf(send(toBody(getUserInfo(band))))).to.equal('409 SESSION_KEY_EXPIRED');
        expect((await api.clientOf(token).readSession()).body).not.to.have.property('profile');
        api.apps.set(appId, { ...stranger, appSecretPrevious: app.appSecret });
        expect((await send(toBody(getUserInfo()))).status, 'by the previous secret').to.equal(200);
        await api.logIn(openId);
        api.apps.set(appId, stranger);
        expect((await send(toBody(getUserInfo()))).body, 'sealed anew by the login').to.deep.equal({
          anonymous: true,
          profile: { nickname: '小林' },
        });
      } finally {
        api.apps.set(appId, app);
      }
    });

    it('is told clearly where a form has made spaces of the + in Base64', async () => {
      const made = toBody(getUserInfo(band));
      const encrypted_data = `${made.encrypted_data.slice(0, 8)} ${made.encrypted_data.slice(9)}`;
      const { status, problem } = await problemOf(send({ ...made, encrypted_data }));
      expect([status, problem.code]).to.deep.equal([400, 'REQUEST_INVALID']);
      expect(problem.errors).to.deep.equal([
        {
          field: 'encrypted_data',
          message: 'holds a space where Base64 has a +: send it as JSON, never through a form or a URL',
        },
      ]);
    });
  });

  describe('by the nickname and avatar component', () => {
    it('is kept, each by itself, and the later one stays', async () => {
      await send({ nickname: '小林' });
      await send({ avatar_url: 'https://shop.example.com/avatars/1.png' });
      const { body } = await send({ nickname: '林 🌱' });
      const profile = { nickname: '林 🌱', avatar_url: 'https://shop.example.com/avatars/1.png' };
      expect(body).to.deep.equal({ anonymous: false, profile });
    });

    it('keeps nothing of a name that stands in place of a user’s own', async () => {
      expect(
        (await send({ nickname: '微信用户', avatar_url: 'https://x.example.com/grey.png' })).body,
      ).to.deep.equal({
        anonymous: true,
      });
    });

    it('is encrypted where it is kept', async () => {
      await send({ nickname: '小林小林小林', avatar_url: 'https://shop.example.com/avatars/1.png' });
      const user = await api.context.store.users.find({ appId, openId });
      expect(JSON.stringify(user)).not.to.match(/小林|avatars/);
    });

    it('goes when the user withdraws the consent to it', async () => {
      const { userData } = api.context.store;
      const person = { appId, openId };
      await send({ nickname: '小林', avatar_url: 'https://shop.example.com/avatars/1.png' });
      expect(await userData.revoke(person, ['8', '20'])).to.deep.equal({ users: 1 });
      expect((await api.clientOf(token).readSession()).body.profile).to.deep.equal({ nickname: '小林' });
      expect(await userData.revoke(person, ['6'])).to.deep.equal({ users: 1 });
      expect((await api.clientOf(token).readSession()).body).not.to.have.property('profile');
    });

    it('is refused once the user was forgotten', async () => {
      await api.context.store.users.forget({ appId, openId });
      expect(await codeOf(send({ nickname: '小林' }))).to.equal('409 SESSION_KEY_EXPIRED');
    });
  });

  const good = {
    raw_data: '{}',
    signature: 'a'.repeat(40),
    encrypted_data: 'AAAA',
    iv: 'AAAAAAAAAAAAAAAAAAAAAA==',
  };
  const rows: [what: string, body: Record<string, unknown>][] = [
    ['nothing', {}],
    ['both forms at once', { ...good, nickname: 'a' }],
    ['no signature', { ...good, signature: undefined }],
    ['a signature in capitals', { ...good, signature: 'A'.repeat(40) }],
    ['an iv of 15 bytes', { ...good, iv: Buffer.alloc(15).toString('base64') }],
    ['encrypted_data that is no Base64', { ...good, encrypted_data: 'AAA' }],
    ['raw_data that was parsed', { ...good, raw_data: {} }],
    ['raw_data of 8 KiB and one more', { ...good, raw_data: 'a'.repeat(8_193) }],
    ['an empty nickname', { nickname: '' }],
    ['a nickname of 65 characters', { nickname: 'a'.repeat(65) }],
    ['a nickname with a line break', { nickname: 'a\nb' }],
    ['half a character as a nickname', { nickname: '\ud83c' }],
    ['a temporary file as an avatar', { avatar_url: 'wxfile://tmp_1.png' }],
    ['an avatar without TLS', { avatar_url: 'http://tmp/1.png' }],
    ['an openid beside it', { nickname: 'a', openid: 'o' }],
  ];
  for (const [what, body] of rows) {
    it(`is REQUEST_INVALID with ${what}`, async () => {
      const { status, problem } = await problemOf(send(body));
      expect([status, problem.code]).to.deep.equal([400, 'REQUEST_INVALID']);
      expect(problem.errors).to.have.length.greaterThan(0);
    });
  }

  it('is not in the log, and neither is what proves it', async () => {
    const made = getUserInfo({ ...band, nickName: 'Nobodys-Name' });
    await send(toBody(made));
    await send({ nickname: 'Somebodys-Name' });
    const log = api.logged.join('');
    expect(log).to.include('"route":"/v1/users/profile"');
    const secrets = ['Nobodys-Name', 'Somebodys-Name', made.signature, made.encryptedData, openId, token];
    for (const secret of secrets) expect(log).not.to.include(secret);
  });

  it('is told by nobody without a session', async () => {
    expect(await codeOf(api.nobody.updateProfile({ body: { nickname: 'a' } }))).to.equal(
      '401 REQUEST_UNAUTHENTICATED',
    );
    expect(await codeOf(api.client.updateProfile({ body: { nickname: 'a' } }))).to.equal(
      '401 REQUEST_UNAUTHENTICATED',
    );
  });

  /** The session_key of this moment, as WeChat tells whoever has the secret. */
  async function askSessionKey(): Promise<Buffer> {
    const { code } = api.simulator.login({ appId, openId, renewsSession: false });
    const url = new URL('/sns/jscode2session', api.simulator.uri);
    const secret = api.apps.get(appId)?.appSecret ?? '';
    url.search = String(
      new URLSearchParams({ appid: appId, secret, js_code: code, grant_type: 'authorization_code' }),
    );
    const { session_key } = (await (await fetch(url)).json()) as { session_key: string };
    return Buffer.from(session_key, 'base64');
  }

  function seal(key: Buffer, plain: string) {
    const iv = randomBytes(16);
    const cipher = createCipheriv('aes-128-cbc', key, iv);
    const encryptedData = Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64');
    return { encryptedData, iv: iv.toString('base64') };
  }

  async function forge(info: object) {
    const rawData = JSON.stringify({ nickName: 'Band' });
    const key = await askSessionKey();
    const signature = createHash('sha1')
      .update(rawData + key.toString('base64'))
      .digest('hex');
    return toBody({ rawData, signature, ...seal(key, JSON.stringify(info)) });
  }
});

const nowSeconds = () => Math.floor(Date.now() / 1_000);
