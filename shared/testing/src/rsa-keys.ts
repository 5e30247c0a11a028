import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from './run-environment.ts';

export interface RsaKeys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const taken = new Map<string, RsaKeys>();

/**
 * RSA-2048 keys of somebody who plays in tests, such as `merchant` or `stranger`: one name has one pair for the whole
 * run, in all of its processes, and different names have different ones. To make a pair takes 0.2 s of one core on
 * average, which for each test file, let alone for each test, is more than most tests take themselves.
 */
export function rsaKeysOf(name: string): RsaKeys {
  const known = taken.get(name);
  if (known !== undefined) return known;
  const privateKey = createPrivateKey(takePem(name));
  const keys = { privateKey, publicKey: createPublicKey(privateKey) };
  taken.set(name, keys);
  return keys;
}

/** From the folder of the run, which only its owner can read and which goes with the run; whoever is first makes it. */
function takePem(name: string): string {
  const folder = runFolder();
  if (!folder) return makePem();
  const file = join(folder, `rsa-${encodeURIComponent(name)}.pem`);
  return read(file) ?? keepFirst(file, makePem());
}

/** Of processes that make it at the same time, all take that of the first. */
function keepFirst(file: string, pem: string): string {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, pem, { mode: 0o600 });
  try {
    linkSync(own, file);
    return pem;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(own);
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function makePem(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
