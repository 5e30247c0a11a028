import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'mocha';
import type { ServerSearch } from './found-server.ts';

/** A machine of a test's own: a PATH with only the programs that it puts there, and folders for data. */
export interface FakeMachine {
  readonly folder: string;
  readonly search: ServerSearch;
  /** What was said so far. */
  readonly said: string[];
  /** Puts a program on the PATH; `script` is the body of an ES module run by this node. */
  put(name: string, script: string): void;
  /** Lines that programs wrote by `note(text)`. */
  notes(): string[];
}

/** A fresh machine for each call, removed after the tests of the describe that calls this. */
export function useFakeMachines(): (env?: NodeJS.ProcessEnv) => FakeMachine {
  let parent = '';
  before(() => {
    parent = mkdtempSync(join(tmpdir(), 'huidiao-machine-'));
  });
  after(() => rmSync(parent, { recursive: true, force: true }));
  return (env = {}) => createMachine(mkdtempSync(join(parent, 'm-')), env);
}

function createMachine(folder: string, env: NodeJS.ProcessEnv): FakeMachine {
  const bin = join(folder, 'bin');
  const notes = join(folder, 'notes');
  const said: string[] = [];
  for (const name of ['bin', 'data', 'programs']) mkdirSync(join(folder, name));
  writeFileSync(notes, '');
  return {
    folder,
    said,
    search: {
      env: { PATH: bin, ...env },
      dataFolder: join(folder, 'data'),
      programsFolder: join(folder, 'programs'),
      say: (line) => said.push(line),
    },
    put: (name, script) => writeProgram(join(bin, name), `${noteFunction(notes)}\n${script}`),
    notes: () => readFileSync(notes, 'utf8').split('\n').filter(Boolean),
  };
}

function noteFunction(notes: string): string {
  return `const fs = require('node:fs'); const note = (text) => fs.appendFileSync(${JSON.stringify(notes)}, text + '\\n');`;
}

/** A program that this node runs, whatever the PATH. The script is CommonJS. */
export function writeProgram(file: string, script: string): void {
  writeFileSync(file, `#!${process.execPath}\n${script}\n`);
  chmodSync(file, 0o755);
}

/** Plays a redis-server: answers PING on its --port, ends on SIGTERM, notes its arguments. */
export const fakeRedisServer = `{
const words = process.argv.slice(2);
if (words.includes('--version')) { console.log('Redis server v=7.9.9 sha=0'); process.exit(0); }
note('redis-server ' + words.map((word) => word || "''").join(' '));
const port = Number(words[words.indexOf('--port') + 1]);
const server = require('node:net').createServer((socket) => socket.on('data', () => socket.write('+PONG\\r\\n')).on('error', () => {}));
server.listen(port, '127.0.0.1');
process.on('SIGTERM', () => { note('redis-server ended'); process.exit(0); });
}`;
