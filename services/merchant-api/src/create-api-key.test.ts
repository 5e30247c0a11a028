import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { createStore } from '@huidiao/store';
import { rsaKeysOf, testMongoUri, toNodeProgram, toNodeWords } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';

const command = toNodeProgram(resolve(import.meta.dirname, 'create-api-key.ts'));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: string[], env: Record<string, string>): Promise<Ended> {
  const child = spawn(process.execPath, toNodeWords(command, args), {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done({ code, stdout, stderr }));
  });
}

describe('the command create-api-key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'create-api-key-'));
  let env: Record<string, string>;

  before(() => {
    const own = rsaKeysOf('merchant');
    const wechatpay = rsaKeysOf('wechat-pay');
    writeFileSync(join(folder, 'key.pem'), own.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(join(folder, 'pub.pem'), wechatpay.publicKey.export({ type: 'spki', format: 'pem' }));
    const merchant = {
      mchid: '1900000001',
      merchant_serial_no: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
      merchant_private_key_file: 'key.pem',
      api_v3_key: { env: 'API_V3_KEY' },
      wechatpay_public_keys: [{ id: 'PUB_KEY_ID_01', file: 'pub.pem' }],
      appids: ['wx8888888888888888'],
    };
    const app = { appid: 'wx8888888888888888', app_secret: { env: 'APP_SECRET' } };
    writeFileSync(join(folder, 'merchants.json'), JSON.stringify({ merchants: [merchant], apps: [app] }));
    env = {
      MONGODB_URI: testMongoUri(),
      MERCHANTS_FILE: join(folder, 'merchants.json'),
      API_V3_KEY: 'k'.repeat(32),
      APP_SECRET: 's'.repeat(32),
    };
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('prints a key that authenticates as the merchant, and on stdout nothing else', async () => {
    const { code, stdout, stderr } = await run(['--merchant', '1900000001', '--label', 'till 3'], env);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^hdk_\S+\n$/);
    expect(stderr).to.contain('1900000001').and.contain('till 3');
    expect(stderr).to.not.contain(stdout.trim());

    const logger = createLogger({ service: 'test', level: 'silent' });
    const store = createStore({
      uri: env.MONGODB_URI ?? '',
      logger,
      metrics: createMetrics({ service: 'test' }),
    });
    try {
      expect(await store.apiKeys.authenticate(stdout.trim())).to.include({ mchId: '1900000001' });
    } finally {
      await store.close();
    }
  });

  const refusals: [what: string, args: string[], says: RegExp][] = [
    [
      'a merchant that is not configured',
      ['--merchant', '1900000009'],
      /1900000009 is not in MERCHANTS_FILE/,
    ],
    ['no merchant', [], /usage: create-api-key/],
    ['an argument that it does not know', ['--mchid', '1900000001'], /--mchid[\s\S]*usage/],
  ];
  for (const [what, args, says] of refusals) {
    it(`refuses ${what}, with nothing on stdout`, async () => {
      const { code, stdout, stderr } = await run(args, env);
      expect(code).to.equal(1);
      expect(stdout).to.equal('');
      expect(stderr).to.match(says);
      expect(stderr).to.not.contain('    at ');
    });
  }

  it('names the variables that are missing', async () => {
    const { code, stderr } = await run(['--merchant', '1900000001'], {});
    expect(code).to.equal(1);
    expect(stderr).to.contain('MONGODB_URI').and.contain('MERCHANTS_FILE');
  });
});
