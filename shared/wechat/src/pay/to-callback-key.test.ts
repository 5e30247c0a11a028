import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toCallbackKey } from './to-callback-key.ts';

describe('the key of a fact', () => {
  it('holds its parts as they are, where they are legal', () => {
    expect(toCallbackKey('transfer.finished', '1900000001', ['plfk|2020*1', 'SUCCESS'])).to.equal(
      'transfer.finished_1900000001_plfk|2020*1_SUCCESS',
    );
  });

  it('is never longer than 200 characters, and differs where any part does', () => {
    const parts = (last: string) => ['a'.repeat(80), 'b'.repeat(80), `${'c'.repeat(79)}${last}`];
    const keys = ['1', '2'].map((last) => toCallbackKey('complaint.created', '1900000001', parts(last)));
    for (const key of keys) expect(key).to.match(/^complaint\.created_1900000001_[0-9A-Za-z_.|*-]{1,165}$/);
    expect(keys[0]).not.to.equal(keys[1]);
  });

  it('tells parts apart that would be the same once their characters were cleaned', () => {
    const keys = ['a:b', 'a/b', 'a-b', '', ' '].map((part) => toCallbackKey('x', '1', [part]));
    expect(new Set(keys).size).to.equal(5);
  });
});
