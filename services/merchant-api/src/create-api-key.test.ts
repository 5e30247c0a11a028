import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { toNodeProgram, toNodeWords } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { writeMerchants } from './api-keys/api-keys.fixture.test.ts';
import { withApiKeys } from './api-keys/with-api-keys.ts';

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
    env = writeMerchants(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('prints a key that authenticates as the merchant, and on stdout nothing else', async () => {
    const { code, stdout, stderr } = await run(['--merchant', '1900000001', '--label', 'till 3'], env);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^hdk_\S+\n$/);
    expect(stderr).to.contain('1900000001').and.contain('till 3');
    expect(stderr).to.not.contain(stdout.trim());

    const owner = withApiKeys(env.MONGODB_URI ?? '', (apiKeys) => apiKeys.authenticate(stdout.trim()));
    expect(await owner).to.include({ mchId: '1900000001' });
  });

  it('says what is wrong on stderr, with no stack, and nothing on stdout', async () => {
    const { code, stdout, stderr } = await run(['--label', 'till 3'], env);
    expect(code).to.equal(2);
    expect(stdout).to.equal('');
    expect(stderr).to.contain('--merchant MCHID').and.not.contain('    at ');
  });
});
