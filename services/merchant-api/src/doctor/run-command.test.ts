import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { checks } from './checks.ts';
import {
  mchId,
  merchantKeys,
  openInstallation,
  type TestInstallation,
  toMerchantCertificate,
} from './doctor.fixture.test.ts';

describe('npm run doctor', () => {
  let installation: TestInstallation;
  before(async () => {
    installation = await openInstallation();
  });
  after(() => installation.close());

  /** Of an installation at the real WeChat, as far as that can be told without asking anybody. */
  const real = {
    CALLBACK_BASE_URL: 'https://callbacks.example.com',
    WECHAT_PAY_API_URL: '',
    WECHAT_API_URL: '',
  };

  it('ends with 0 where nothing is wrong, and opens no connection with --offline', async () => {
    const nowhere = { REDIS_URL: 'redis://127.0.0.1:1', MONGODB_URI: 'mongodb://127.0.0.1:1' };
    const { code, out, err } = await installation.type('--offline', { env: { ...real, ...nowhere } });
    expect([code, err], out).to.deep.equal([0, '']);
    expect(out).to.match(/skipped +redis +not looked at, for it asks others \(--offline\)/);
  });

  it('ends with 1 with warnings, and with 2 with problems', async () => {
    const warned = await installation.type('--offline', { env: real, merchant: { shop: undefined } });
    expect(warned.code, warned.out).to.equal(1);
    const broken = await installation.type('--offline', { env: { ...real, API_V3_KEY: 'short' } });
    expect(broken.code, broken.out).to.equal(2);
  });

  it('says of each finding what is wrong, where, and what to do', async () => {
    const { out } = await installation.type('--offline', { env: real, merchant: { shop: undefined } });
    expect(out).to.match(
      /^warning +shop-webhook +merchant 1900000001: it has no shop, .*\n +where: merchants\[0\]\.shop in \/.*merchants\.json\n +do: +add shop with webhook_url/m,
    );
    expect(out).to.match(/\d+ ok, \d+ skipped, 1 warnings, 0 problems\n/);
  });

  it('names the file of the key alone that is in it', async () => {
    installation.write('apiclient_cert.pem', toMerchantCertificate());
    const { out } = await installation.type('--offline', {
      env: real,
      merchant: { merchant_serial_no: '4A4A4A4A4A' },
    });
    rmSync(join(installation.folder, 'apiclient_cert.pem'));
    expect(out).to.match(
      /where: merchants\[0\]\.merchant_serial_no in \/.*merchants\.json; the certificate is \/.*apiclient_cert\.pem\n/,
    );
  });

  it('looks at everything, in the order of the set-up pages, and gives one JSON document to scripts', async () => {
    const { code, out } = await installation.type('--json');
    const { level, findings } = JSON.parse(out);
    const names = findings.map(({ check }: { check: string }) => check);
    expect([...new Set(names)]).to.deep.equal(checks.map(({ name }) => name));
    // The store of this test has no indexes.
    expect([code, level]).to.deep.equal([2, 'problem']);
    const wrong = findings.filter((finding: { level: string }) => finding.level === 'problem');
    expect(wrong.map(({ check }: { check: string }) => check)).to.deep.equal(['mongodb']);
  });

  it('goes on where a variable is missing, and says what it could not look at', async () => {
    const { code, out } = await installation.type('--offline', { env: { ...real, MERCHANTS_FILE: '' } });
    expect(code).to.equal(2);
    expect(out).to.match(/^problem +environment +MERCHANTS_FILE is not set/m);
    expect(out).to.match(/^skipped +platform-keys +the merchants file cannot be used/m);
  });

  it('looks at one merchant or app, and knows those that are not there', async () => {
    const other = { ...installation.merchantEntry, mchid: '1900000002', appids: ['wx1111111111111111'] };
    const { out } = await installation.type(`--offline --merchant ${mchId}`, { merchants: [other] });
    expect(out).to.include(`merchant ${mchId}`).and.not.include('merchant 1900000002:');
    const ofApp = await installation.type('--offline --app wx8888888888888888', { merchants: [other] });
    expect(ofApp.out).to.include(`merchant ${mchId}`).and.not.include('merchant 1900000002:');

    for (const args of ['--merchant 1999999999', '--app wx0000000000000000', '--merchants 1', '--app=']) {
      const { code, out: printed, err } = await installation.type(args);
      expect([code, printed], args).to.deep.equal([2, '']);
      expect(err, args).to.match(/^doctor: .*\n`npm run doctor -- help` shows all\n$/);
    }
  });

  it('shows with help what it looks at', async () => {
    const { code, out } = await installation.type('help');
    expect(code).to.equal(0);
    for (const { name } of checks) expect(out).to.include(name);
  });

  it('prints no secret, whatever is wrong', async () => {
    const secrets = {
      ...installation.secrets,
      ...{ REDIS_PASSWORD: 'redis-pass', MONGO_PASSWORD: 'mongo-pass' },
    };
    const lines = merchantKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().split('\n');
    const withPasswords = {
      REDIS_URL: `redis://u:${secrets.REDIS_PASSWORD}@127.0.0.1:1`,
      MONGODB_URI: `mongodb://u:${secrets.MONGO_PASSWORD}@127.0.0.1:1/x`,
    };
    const runs = [
      await installation.type('', { env: { ...withPasswords, PUSH_TOKEN: 'another' } }),
      // Each secret where its name or another one belongs.
      await installation.type('--offline', {
        merchant: { api_v3_key: { env: secrets.API_V3_KEY }, merchant_private_key_file: lines.join('\n') },
        app: {
          app_secret: secrets.APP_SECRET,
          token: { env: 'AES_KEY' },
          encoding_aes_key: { env: 'APP_SECRET' },
        },
      }),
      await installation.type('--offline', {
        env: {
          REDIS_URL: secrets.REDIS_PASSWORD,
          MONGODB_URI: secrets.MONGO_PASSWORD,
          API_V3_KEY: secrets.AES_KEY,
        },
        merchant: { wechatpay_public_keys: [{ id: 'PUB_KEY_ID_1', file: 'apiclient_key.pem' }] },
      }),
    ];
    const printed = runs.map(({ out, err }) => out + err).join();
    expect(printed).to.not.include('failed itself');
    for (const secret of [...Object.values(secrets), ...lines.slice(1, -2)]) {
      expect(printed.includes(secret), secret).to.equal(false);
    }
  });
});
