import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createAppSeal } from './app-seal.ts';

const app = { appId: 'wx1111111111111111', appSecret: 'a'.repeat(32), appSecretPrevious: undefined };
const boundTo = ['session_key', 'oUser'];

describe('what is kept of an app’s users', () => {
  const seal = createAppSeal(app, 'user data');
  const sealed = seal.seal('林 🌱', boundTo);

  it('opens again, and is other text each time', () => {
    expect(seal.open(sealed, boundTo)).to.equal('林 🌱');
    expect(createAppSeal(app, 'user data').open(sealed, boundTo)).to.equal('林 🌱');
    expect(seal.seal('林 🌱', boundTo)).not.to.equal(sealed);
    expect(seal.open(seal.seal('', boundTo), boundTo)).to.equal('');
  });

  it('opens nowhere else: another row, kind, purpose, app or secret', () => {
    expect(seal.open(sealed, ['session_key', 'oOther'])).to.equal(undefined);
    expect(seal.open(sealed, ['nickname', 'oUser'])).to.equal(undefined);
    expect(createAppSeal(app, 'messages').open(sealed, boundTo)).to.equal(undefined);
    expect(createAppSeal({ ...app, appId: 'wx2' }, 'user data').open(sealed, boundTo)).to.equal(undefined);
    expect(createAppSeal({ ...app, appSecret: 'b' }, 'user data').open(sealed, boundTo)).to.equal(undefined);
  });

  it('opens under the previous secret too, and is sealed under the current one', () => {
    const changed = createAppSeal({ ...app, appSecret: 'b', appSecretPrevious: app.appSecret }, 'user data');
    expect(changed.open(sealed, boundTo)).to.equal('林 🌱');
    expect(seal.open(changed.seal('x', boundTo), boundTo)).to.equal(undefined);
  });

  it('does not open once a single bit has changed, nor for anything else', () => {
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(seal.open(`v1.${altered.toString('base64url')}`, boundTo)).to.equal(undefined);
    }
    for (const text of [
      '',
      'v1.',
      'v1.AAAA',
      sealed.slice(3),
      `v2.${sealed.slice(3)}`,
      sealed.slice(0, -4),
    ]) {
      expect(seal.open(text, boundTo), text).to.equal(undefined);
    }
  });
});
