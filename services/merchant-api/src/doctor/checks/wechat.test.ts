import { rsaKeysOf } from '@huidiao/testing';
import { createSimulator } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import {
  appId,
  clockAhead,
  levelsOf,
  mchId,
  onlyTrouble,
  openInstallation,
  type TestInstallation,
} from '../doctor.fixture.test.ts';

describe('what the doctor says of WeChat', () => {
  let installation: TestInstallation;
  before(async () => {
    installation = await openInstallation({ app: { trade: { isManaged: true } } });
  });
  after(() => installation.close());
  afterEach(() => installation.simulator.faults.reset());

  const strangersPem = (type: 'pkcs8' | 'spki') => {
    const { privateKey, publicKey } = rsaKeysOf('stranger');
    return (type === 'pkcs8' ? privateKey : publicKey).export({ type, format: 'pem' }).toString();
  };

  describe('that takes our signature and signs its answers', () => {
    it('is told by a query of an order that does not exist', async () => {
      const [found, ...more] = await installation.lookAt('wechat-pay');
      expect([found?.level, more], JSON.stringify(found)).to.deep.equal(['ok', []]);
      expect(found?.says).to.match(/its own verifies with PUB_KEY_ID_\d+:/);
      expect(installation.simulator.ledger().orders).to.have.length(0);
    });

    const refused: [what: string, merchant: () => Record<string, unknown>][] = [
      ['a serial of another certificate', () => ({ merchant_serial_no: '4A4A4A4A4A' })],
      [
        'a private key of somebody else',
        () => ({ merchant_private_key_file: installation.write('stranger.pem', strangersPem('pkcs8')) }),
      ],
      ['another 商户号', () => ({ mchid: '1900000009' })],
    ];
    for (const [what, merchant] of refused) {
      it(`refuses ours: ${what}`, async () => {
        const found = onlyTrouble(await installation.lookAt('wechat-pay', { merchant: merchant() }));
        expect(found).to.deep.include({ level: 'problem', where: 'merchants[0]' });
        expect(found.says).to.match(/WECHAT_CREDENTIALS_REFUSED, remoteCode SIGN_ERROR, status 401/);
        expect(found.todo?.join()).to.include('商户API证书序列号').and.include('clock');
      });
    }

    it('is not believed where its key is not the one of the merchants file', async () => {
      const { publicKey } = installation.simulator.platform;
      const file = installation.write('stranger_pub.pem', strangersPem('spki'));
      const merchant = { wechatpay_public_keys: [{ id: publicKey?.id, file }] };
      const found = onlyTrouble(await installation.lookAt('wechat-pay', { merchant }));
      expect(found.says).to.match(/WECHAT_RESPONSE_NOT_AUTHENTIC.*reason signature_wrong/);
      expect(found.todo?.join()).to.include('wechatpay_public_keys');
    });

    it('is asked again after a probe signature, which is no fault of anybody', async () => {
      installation.simulator.faults.set({
        api: [{ api: 'query', moment: 'before', answer: 'wrong_signature', times: 1 }],
      });
      expect(levelsOf(await installation.lookAt('wechat-pay'))).to.deep.equal(['ok']);
    });

    it('has proven nothing of its key where it did not sign', async () => {
      const answer = { status: 404, body: { code: 'ORDER_NOT_EXIST' } };
      installation.simulator.faults.set({ api: [{ api: 'query', moment: 'before', answer, times: 1 }] });
      expect(onlyTrouble(await installation.lookAt('wechat-pay')).level).to.equal('warning');
    });

    it('must be reached', async () => {
      const env = { WECHAT_PAY_API_URL: 'http://127.0.0.1:1' };
      const found = onlyTrouble(await installation.lookAt('wechat-pay', { env }));
      expect([found.level, found.where]).to.deep.equal(['problem', 'WECHAT_PAY_API_URL']);
    });

    it('knows a service provider by a combined order, for it asks about no orders of its own', async () => {
      const found = await installation.lookAt('wechat-pay', { merchant: { service_provider: true } });
      expect(levelsOf(found), JSON.stringify(found)).to.deep.equal(['ok']);
    });

    it('cannot prove the APIv3密钥 of a merchant that has only a public key', async () => {
      const found = onlyTrouble(await installation.lookAt('api-v3-key'));
      expect([found.level, found.todo]).to.deep.equal([
        'skipped',
        [`npm run verify-callback -- --merchant ${mchId}`],
      ]);
    });
  });

  describe('that still has platform certificates', () => {
    let older: TestInstallation;
    before(async () => {
      older = await openInstallation({ mode: 'certificate' });
    });
    after(() => older.close());

    it('proves the APIv3密钥 by what it encrypts', async () => {
      const right = await older.lookAt('api-v3-key');
      expect(right.map(({ level, says }) => [level, says])).to.deep.equal([
        ['ok', 'it opens what WeChat Pay encrypts'],
      ]);
      const env = { API_V3_KEY: 'k'.repeat(32) };
      const wrong = onlyTrouble(await older.lookAt('api-v3-key', { env }));
      expect([wrong.level, wrong.where]).to.deep.equal(['problem', 'merchants[0].api_v3_key']);
    });

    it('says nothing of the APIv3密钥 where it cannot be asked', async () => {
      const env = { WECHAT_PAY_API_URL: 'http://127.0.0.1:1' };
      const found = onlyTrouble(await older.lookAt('api-v3-key', { env }));
      expect(found.level).to.equal('skipped');
      expect(found.says).to.include('(WECHAT_UNREACHABLE); see wechat-pay');
    });

    it('verifies with the certificates that are downloaded', async () => {
      expect(levelsOf(await older.lookAt('wechat-pay'))).to.deep.equal(['ok']);
    });
  });

  describe('that gives an access_token', () => {
    it('does so without a new one being forced', async () => {
      const found = await installation.lookAt('app-secret');
      expect(levelsOf(found)).to.deep.equal(['ok']);
      expect(installation.simulator.ledger().tokens[appId]?.forced).to.equal(0);
    });

    it('says which address to enter where this machine is not on the IP list', async () => {
      const apps = [
        { appId, appSecret: installation.secrets.APP_SECRET, templates: {}, ipWhitelist: ['203.0.113.7'] },
      ];
      const strict = await createSimulator({ apps });
      try {
        const env = { WECHAT_API_URL: strict.uri };
        const found = onlyTrouble(await installation.lookAt('app-secret', { env }));
        expect(found.level).to.equal('problem');
        expect(found.says).to.include(
          'it saw the address 127.0.0.1, which is not on the IP list (errcode 40164)',
        );
        expect(found.where).to.match(/IP白名单$/);
        expect(found.todo?.[0]).to.equal('enter 127.0.0.1 there; it counts within minutes');
      } finally {
        await strict.close();
      }
    });

    it('refuses a wrong AppSecret, and warns where the previous one still works', async () => {
      const changes = { env: { NEW: 'x'.repeat(32) }, app: { app_secret: { env: 'NEW' } } };
      const wrong = onlyTrouble(await installation.lookAt('app-secret', changes));
      expect([wrong.level, wrong.where]).to.deep.equal(['problem', 'apps[0].app_secret']);
      const previous = { ...changes.app, app_secret_previous: { env: 'APP_SECRET' } };
      const early = onlyTrouble(await installation.lookAt('app-secret', { ...changes, app: previous }));
      expect([early.level, early.where]).to.deep.equal(['warning', 'apps[0].app_secret']);
      expect(early.says).to.include('app_secret_previous alone');
    });

    const codes: [errcode: number, level: string, where: string, todo: RegExp][] = [
      [40013, 'problem', 'apps[0].appid', /copy AppID/],
      [40243, 'problem', 'apps[0].app_secret', /解冻/],
      [89503, 'problem', '微信公众平台 → 开发管理 → 开发设置', /administrator/],
      [45009, 'warning', '微信公众平台 → 开发管理 → 开发设置', /quota|fetches tokens/],
      [50007, 'problem', 'apps[0].appid', /console of the account/],
    ];
    for (const [errcode, level, where, todo] of codes) {
      it(`says what to do about errcode ${errcode}`, async () => {
        const answer = { status: 200, body: { errcode, errmsg: 'x' } };
        installation.simulator.faults.set({
          api: [{ api: 'stable_token', moment: 'before', answer, times: 1 }],
        });
        const found = onlyTrouble(await installation.lookAt('app-secret'));
        expect([found.level, found.where]).to.deep.equal([level, where]);
        expect(found.says).to.include(`errcode ${errcode}`);
        expect(found.todo?.join()).to.match(todo);
      });
    }

    it('must be reached', async () => {
      const found = onlyTrouble(
        await installation.lookAt('app-secret', { env: { WECHAT_API_URL: 'http://127.0.0.1:1' } }),
      );
      expect([found.level, found.where]).to.deep.equal(['problem', 'WECHAT_API_URL']);
    });
  });

  it('says whether it manages the orders of an app, and warns where nobody uploads', async () => {
    const managed = await installation.lookAt('trade-management');
    expect(managed.map(({ level, says }) => `${level} ${says.split(':')[0]}`)).to.deep.equal(['ok managed']);
    const byHand = { app: { shipping: { auto_upload: false } } };
    const found = onlyTrouble(await installation.lookAt('trade-management', byHand));
    expect([found.level, found.where]).to.deep.equal(['warning', 'apps[0].shipping.auto_upload']);
    const secret = { env: { APP_SECRET: 'x'.repeat(32) } };
    expect(onlyTrouble(await installation.lookAt('trade-management', secret)).level).to.equal('skipped');
  });

  it('is asked by a machine whose clock is right, or nothing that it signs is believed', async () => {
    const found = onlyTrouble(await installation.lookAt('wechat-pay', { clock: clockAhead(400_000) }));
    expect([found.level, found.where]).to.deep.equal(['problem', 'this machine']);
    expect(found.todo?.join()).to.include('see clock');
  });

  it('is told once where it answers nothing about addresses', async () => {
    const merchant = { merchant_serial_no: '4A4A4A4A4A' };
    const found = onlyTrouble(await installation.lookAt('registered-callbacks', { merchant }));
    expect(found.level).to.equal('skipped');
    expect(found.says).to.include('(WECHAT_CREDENTIALS_REFUSED); see wechat-pay');
  });

  it('has the addresses of complaints registered, or another one, or none', async () => {
    const first = await installation.lookAt('registered-callbacks');
    const complaints = first.find(({ says }) => says.startsWith('消费者投诉'));
    expect(complaints?.level).to.equal('warning');
    expect(complaints?.todo?.join()).to.equal(
      `npm run callbacks -- sync --merchant ${mchId} --only complaint`,
    );
    expect(first.filter(({ level }) => level === 'skipped')).to.have.length(2);
    const answer = { status: 403, body: { code: 'NO_AUTH' } };
    installation.simulator.faults.set({ api: [{ api: 'callbacks', moment: 'before', answer, times: 3 }] });
    expect(levelsOf(await installation.lookAt('registered-callbacks'))).to.deep.equal(['ok', 'ok', 'ok']);
  });
});
