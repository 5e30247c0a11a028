import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { toNodeProgram, toNodeWords } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createMongoProxy } from './mongo-proxy.test.ts';
import { useStore } from './test-store.test.ts';

/** Runs the command as an operator does. */
async function migrate(uri: string) {
  const program = toNodeProgram(join(import.meta.dirname, 'migrate-command.ts'));
  const child = spawn(process.execPath, toNodeWords(program), {
    env: { ...process.env, MONGODB_URI: uri, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = [text(child.stdout), text(child.stderr), once(child, 'exit')] as const;
  const [output, errors, [exitCode]] = await Promise.all(ended);
  return { output, errors, exitCode };
}

describe('the migration command', () => {
  const { store, uri } = useStore();

  it('prints what is there and ends', async () => {
    const { output, errors, exitCode } = await migrate(uri);
    expect({ errors, exitCode }).to.deep.equal({ errors: '', exitCode: 0 });
    expect(output).to.include('orders.transaction-pays-one-order');
    await store.assertMigrated();
  });

  it('says which variable is missing', async () => {
    const { output, errors, exitCode } = await migrate('');
    expect({ output, exitCode }).to.deep.equal({ output: '', exitCode: 1 });
    expect(errors).to.include('CONFIG_INVALID').and.include('MONGODB_URI');
  });

  it('ends with an error while MongoDB is away', async () => {
    const proxy = await createMongoProxy(uri, 'away');
    try {
      const { errors, exitCode } = await migrate(proxy.uri);
      expect(exitCode).to.equal(1);
      expect(errors).to.include('STORE_UNAVAILABLE');
    } finally {
      await proxy.close();
    }
  });
});
