import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toCallbackAddress } from './callback-address.ts';

const addressOf = (url: string, originalUrl?: string) =>
  toCallbackAddress({ url, ...(originalUrl && { originalUrl }) } as IncomingMessage);

describe('the address of a callback', () => {
  const known: readonly [string, string, string][] = [
    ['/callbacks/wechat-pay/1900000001', 'pay-v3', '1900000001'],
    ['/callbacks/wechat-pay/1900000001/', 'pay-v3', '1900000001'],
    ['/callbacks/wechat-pay-v2/1900000001', 'pay-v2', '1900000001'],
    ['/callbacks/mini-program/wx1234567890abcdef', 'push', 'wx1234567890abcdef'],
    ['/shop/callbacks/wechat-pay/1900000001', 'pay-v3', '1900000001'],
    ['/callbacks/wechat-pay/__proto__', 'pay-v3', '__proto__'],
  ];
  for (const [url, kind, id] of known) {
    it(`is ${kind} for ${url}`, () => {
      expect(addressOf(url)).to.deep.equal({ kind, id, rawQuery: '' });
    });
  }

  it('keeps what stands behind the question mark as it came', () => {
    const url = '/callbacks/mini-program/wx1?signature=a%20b&nonce[]=1?2';
    expect(addressOf(url)?.rawQuery).to.equal('signature=a%20b&nonce[]=1?2');
  });

  it('is taken from the whole URL where an app has mounted us below a path', () => {
    expect(addressOf('/1900000001', '/callbacks/wechat-pay/1900000001')?.id).to.equal('1900000001');
  });

  const unknown = [
    '/',
    '/callbacks',
    '/callbacks/wechat-pay',
    '/callbacks/wechat-pay/',
    '/callbacks/wechat-pay/1/2',
    '/callbacks/wechatpay/1900000001',
    '/callbacks/constructor/1900000001',
    `/callbacks/wechat-pay/${'1'.repeat(65)}`,
    '/?/callbacks/wechat-pay/1900000001',
  ];
  for (const url of unknown) {
    it(`is none for ${url.slice(0, 40)}`, () => {
      expect(addressOf(url)).to.equal(undefined);
    });
  }
});
