import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { toNodeProgram, toNodeWords } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const command = toNodeProgram(resolve(import.meta.dirname, 'main.ts'));

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, toNodeWords(command, args), {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

describe('the command verify-callback', () => {
  it('names what it needs of the environment, with nothing on stdout', async () => {
    const { code, stdout, stderr } = await run('--merchant', '1900000001');
    expect([code, stdout]).to.deep.equal([1, '']);
    expect(stderr).to.include('MONGODB_URI').and.include('MERCHANTS_FILE').and.include('CALLBACK_BASE_URL');
    expect(stderr).to.not.include('    at ');
  });
});
