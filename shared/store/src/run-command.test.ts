import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createMongoProxy } from './mongo-proxy.test.ts';
import { useStore } from './test-store.test.ts';

/** Runs a command of this package from its source, as an operator runs it from its build. */
async function run(command: string, uri: string, ...args: string[]) {
  const file = fileURLToPath(new URL(`${command}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=source', '--import=tsx', file, ...args], {
    env: { ...process.env, MONGODB_URI: uri, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { output, errors, exitCode };
}

describe('the commands of the operator', () => {
  const { store, uri } = useStore();

  it('migrate prints what is there and ends', async () => {
    const { output, errors, exitCode } = await run('migrate-command', uri);
    expect({ errors, exitCode }).to.deep.equal({ errors: '', exitCode: 0 });
    expect(output).to.include('orders.transaction-pays-one-order');
  });

  it('create-api-key prints nothing but a key that works', async () => {
    const { output, exitCode } = await run(
      'create-api-key-command',
      uri,
      '--mchid',
      '1900000001',
      '--label',
      'shop',
    );
    expect(exitCode).to.equal(0);
    expect(await store.apiKeys.authenticate(output.trim())).to.include({ mchId: '1900000001' });
  });

  it('say what is missing', async () => {
    const [migrate, createApiKey] = await Promise.all([
      run('migrate-command', ''),
      run('create-api-key-command', uri, '--mchid', 'shop'),
    ]);
    expect(migrate).to.include({ exitCode: 1, output: '' });
    expect(migrate.errors).to.include('CONFIG_INVALID').and.include('MONGODB_URI');
    expect(createApiKey).to.include({ exitCode: 1, output: '' });
    expect(createApiKey.errors).to.include('--mchid');
  });

  it('end with an error while MongoDB is away', async () => {
    const proxy = await createMongoProxy(uri, 'away');
    try {
      const { errors, exitCode } = await run('migrate-command', proxy.uri);
      expect(exitCode).to.equal(1);
      expect(errors).to.include('STORE_UNAVAILABLE');
    } finally {
      await proxy.close();
    }
  });
});
