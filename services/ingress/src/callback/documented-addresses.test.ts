import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { callbackKinds, toCallbackAddress } from './callback-address.ts';

const folder = join(import.meta.dirname, '../../../../');

/** The paths that a document has, such as `/callbacks/wechat-pay/{mchid}`, each once. */
function pathsIn(file: string): string[] {
  const text = readFileSync(join(folder, file), 'utf8');
  return [...new Set([...text.matchAll(/\/callbacks\/[\w-]+\/\{\w+\}/g)].map(([path]) => path))];
}

describe('the addresses that documents tell merchants to paste', () => {
  for (const file of ['deploy/docs/callbacks.md', 'deploy/docs/callbacks.zh.md', 'README.md']) {
    it(`are, in ${file}, one for every kind of callback, and no other`, () => {
      const paths = pathsIn(file);
      const kinds = paths.map((url) => toCallbackAddress({ url } as IncomingMessage)?.kind);
      expect(kinds).to.have.members([...callbackKinds]);
      for (const path of paths)
        expect(path).to.match(/mini-program\/\{appid\}$|wechat-pay(-v2)?\/\{mchid\}$/);
    });
  }
});
