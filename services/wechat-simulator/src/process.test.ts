import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rsaKeysOf, toNodeProgram, toSelfSignedCertificate } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { loadSimulatorConfig } from './index.ts';
import {
  apiV2Key,
  callPay,
  encodingAesKey,
  prepayBody,
  pushToken,
  testApp,
  testMerchant,
} from './wechat-simulator.fixture.test.ts';

describe('wechat-simulator: its file and its process', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wechat-simulator-'));
    const toPem = (name: string): string =>
      rsaKeysOf(name).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const files = {
      'merchant.pem': testMerchant.merchantPublicKeyPem,
      'v3-key': `${testMerchant.apiV3Key}\n`,
      'app-secret': testApp.appSecret,
      'pub.key': toPem('wechat-pay'),
      'platform.pem': toSelfSignedCertificate(rsaKeysOf('merchant'), {
        commonName: 'platform',
        serial: '0a',
      }),
      'platform.key': toPem('merchant'),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  });
  after(() => rmSync(folder, { recursive: true }));

  const file = (change: Record<string, unknown> = {}, merchant: Record<string, unknown> = {}) => ({
    merchants: [
      {
        mchid: testMerchant.mchId,
        merchant_serial_no: testMerchant.merchantSerialNo,
        merchant_public_key_file: 'merchant.pem',
        api_v3_key: { file: 'v3-key' },
        appids: testMerchant.appIds,
        ...merchant,
      },
    ],
    apps: [{ appid: testApp.appId, app_secret: { env: 'APP_SECRET' }, templates: testApp.templates }],
    platform: { public_key: { id: 'PUB_KEY_ID_0123456789', private_key_file: 'pub.key' } },
    allow_private_notify_hosts: true,
    ...change,
  });

  const write = (content: unknown): string => {
    const path = join(folder, 'simulator.json');
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const load = (content: unknown, env: NodeJS.ProcessEnv = { APP_SECRET: testApp.appSecret }) =>
    loadSimulatorConfig({ SIMULATOR_FILE: write(content), ...env }).simulator;

  it('reads keys and secrets from files beside it and from the environment', () => {
    const settings = load(file());
    expect(settings.merchants[0]).to.deep.equal(testMerchant);
    expect(settings.apps[0]).to.include({
      appId: testApp.appId,
      appSecret: testApp.appSecret,
      grantsPerPayment: 1,
    });
    expect(settings.platform.publicKey?.id).to.equal('PUB_KEY_ID_0123456789');
    expect(settings).to.include({ allowPrivateNotifyHosts: true, allowRemoteControl: false, clockSpeed: 1 });
  });

  it('reads of a service account that it is one, and of an app whether its orders are managed', () => {
    const app = { app_secret: { env: 'APP_SECRET' }, token: { env: 'PUSH_TOKEN' } };
    const apps = [
      { ...app, appid: testApp.appId, trade_managed: true, has_shipped: false },
      { ...app, appid: 'wxfedcba0987654321', kind: 'service-account' },
    ];
    const settings = load(file({ apps }), { APP_SECRET: testApp.appSecret, PUSH_TOKEN: pushToken });
    const [miniProgram, account] = settings.apps;
    expect(miniProgram?.kind).to.equal('mini-program');
    expect(miniProgram?.trade).to.include({ isManaged: true, hasShipped: false });
    expect(miniProgram?.push?.format).to.equal('json');
    expect(account?.kind).to.equal('service-account');
    expect(account?.push?.format).to.equal('xml');
  });

  it('reads what API v2, the message push and the consoles need', () => {
    const app = {
      appid: testApp.appId,
      app_secret: { env: 'APP_SECRET' },
      token: { env: 'PUSH_TOKEN' },
      encoding_aes_key: { env: 'AES_KEY' },
      push_format: 'xml',
      push_url: 'https://shop.example/push',
      original_id: 'gh_123456789abc',
      consents: 'popup',
    };
    const env = {
      APP_SECRET: testApp.appSecret,
      PUSH_TOKEN: pushToken,
      AES_KEY: encodingAesKey,
      V2_KEY: apiV2Key,
    };
    const merchant = {
      api_v2_key: { env: 'V2_KEY' },
      service_provider: true,
      notify_url: 'https://shop.example/v3',
      notify_url_v2: 'https://shop.example/v2',
    };
    const { merchants, apps } = load(file({ apps: [app] }, merchant), env);
    expect(merchants[0]).to.include({
      apiV2Key,
      isServiceProvider: true,
      notifyUrl: 'https://shop.example/v3',
      notifyUrlV2: 'https://shop.example/v2',
    });
    expect(apps[0]).to.deep.include({
      originalId: 'gh_123456789abc',
      consents: 'popup',
      push: {
        token: pushToken,
        encodingAesKey,
        mode: 'safe',
        format: 'xml',
        url: 'https://shop.example/push',
      },
    });
    const { encoding_aes_key: _, ...plain } = app;
    expect(load(file({ apps: [plain] }), env).apps[0]?.push).to.include({ mode: 'plaintext' });
  });

  it('takes a merchant’s certificate in place of its key, and platform certificates', () => {
    const settings = load(
      file(
        {
          platform: {
            mode: 'certificate',
            certificates: [{ certificate_file: 'platform.pem', private_key_file: 'platform.key' }],
          },
        },
        { merchant_public_key_file: undefined, merchant_certificate_file: 'platform.pem' },
      ),
    );
    expect(settings.merchants[0]?.merchantPublicKeyPem).to.contain('PUBLIC KEY');
    expect(settings.platform.certificates).to.have.length(1);
  });

  const problems: [string, () => unknown, RegExp][] = [
    ['a key that is misspelled', () => file({ clockspeed: 2 }), /clockspeed/],
    [
      'an APIv3 key of another length',
      () => file({}, { api_v3_key: { file: 'app-secret' } }),
      /api_v3_key: .*32 bytes/,
    ],
    [
      'a file that is missing',
      () => file({}, { merchant_public_key_file: 'none' }),
      /merchant_public_key_file/,
    ],
    [
      'neither key nor certificate',
      () => file({}, { merchant_public_key_file: undefined }),
      /exactly one of/,
    ],
    [
      'an EncodingAESKey of another length',
      () =>
        file({
          apps: [
            {
              appid: testApp.appId,
              app_secret: { env: 'APP_SECRET' },
              token: { env: 'APP_SECRET' },
              encoding_aes_key: { file: 'v3-key' },
            },
          ],
        }),
      /apps\.0\.encoding_aes_key/,
    ],
    [
      'consents that are pushed without a token',
      () => file({ apps: [{ appid: testApp.appId, app_secret: { env: 'APP_SECRET' }, consents: 'popup' }] }),
      /apps\.0\.token/,
    ],
    [
      'a mode that has no key',
      () =>
        file({
          apps: [
            {
              appid: testApp.appId,
              app_secret: { env: 'APP_SECRET' },
              token: { env: 'APP_SECRET' },
              push_mode: 'safe',
            },
          ],
        }),
      /apps\.0\.encoding_aes_key/,
    ],
    [
      'a certificate of another key',
      () =>
        file({
          platform: { certificates: [{ certificate_file: 'platform.pem', private_key_file: 'pub.key' }] },
        }),
      /platform\.certificates\.0\.certificate_file/,
    ],
  ];
  for (const [name, content, pattern] of problems) {
    it(`refuses ${name}, by its path and without a secret`, () => {
      expect(() => load(content()))
        .to.throw(pattern)
        .and.not.match(new RegExp(testApp.appSecret));
    });
  }

  it('names every problem at once', () => {
    const content = file({}, { merchant_public_key_file: 'none', api_v3_key: { file: 'none' } });
    expect(() => load(content, {})).to.throw(/merchant_public_key_file[\s\S]*api_v3_key[\s\S]*app_secret/);
  });

  const simulator = toNodeProgram(fileURLToPath(new URL('./main.ts', import.meta.url)));
  const spawnSimulator = (): ChildProcess =>
    fork(simulator.file, {
      execArgv: [...simulator.nodeOptions],
      env: {
        ...process.env,
        SIMULATOR_FILE: write(file()),
        APP_SECRET: testApp.appSecret,
        PORT: '0',
        HEALTH_PORT: '0',
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });

  for (const [name, end] of [
    ['SIGTERM', (child: ChildProcess) => child.kill('SIGTERM')],
    ['the end of its parent', (child: ChildProcess) => child.disconnect()],
  ] as const) {
    it(`as a process it says when it is ready, works, and ends on ${name}`, async () => {
      const child = spawnSimulator();
      try {
        const exited = once(child, 'exit');
        const [ready] = (await once(child, 'message')) as [{ type: string; service: string; port: number }];
        expect(ready).to.include({ type: 'ready', service: 'wechat-simulator' });
        const uri = `http://127.0.0.1:${ready.port}`;
        const path = '/v3/pay/transactions/jsapi';
        const answer = await callPay(uri, 'POST', path, prepayBody('http://127.0.0.1:9/notify'));
        expect(answer.status, answer.text).to.equal(200);
        expect(answer.headers.get('wechatpay-serial')).to.equal('PUB_KEY_ID_0123456789');
        end(child);
        expect((await exited)[0]).to.equal(0);
      } finally {
        child.kill('SIGKILL');
      }
    }).timeout(60_000);
  }

  it('as a process it ends when its parent is gone before it is ready', async () => {
    const child = spawnSimulator();
    try {
      const exited = once(child, 'exit');
      child.disconnect();
      expect((await exited)[0]).to.equal(0);
    } finally {
      child.kill('SIGKILL');
    }
  }).timeout(60_000);
});
