import { expect } from 'chai';
import { describe, it } from 'mocha';
import { inParallel, useStore } from './test-store.test.ts';

const mchId = '1900000001';
const appId = 'wx0000000000000001';

describe('a session', () => {
  const clock = { at: new Date('2026-11-22T10:00:00Z'), now: () => clock.at };
  const { sessions } = useStore({ clock }).store;
  const expiresAt = new Date('2026-11-29T10:00:00Z');
  let users = 0;
  const open = async (openId = `session-${++users}`) =>
    (await sessions.create({ mchId, appId, openId, expiresAt })).token;

  it('is found by its token, which is not kept', async () => {
    const { token, session } = await sessions.create({ mchId, appId, openId: 'user-1', expiresAt });
    expect(session).to.deep.include({ mchId, appId, openId: 'user-1', createdAt: clock.at, expiresAt });
    expect(JSON.stringify(session)).not.to.include(token.slice(4));
    expect(await sessions.authenticate(token)).to.deep.equal(session);
    expect(await sessions.find(session.sessionId)).to.deep.equal(session);
    expect(await sessions.authenticate(session.sessionId), 'its id is no token').to.equal(undefined);
  });

  it('has a token of its own however many are opened', async () => {
    const tokens = await inParallel(20, () => open('user-2'));
    expect(new Set(tokens).size).to.equal(20);
    for (const token of tokens) expect(token).to.match(/^hds_[0-9A-Za-z_-]{43}$/);
  });

  it('is gone at its end, although its row is still there', async () => {
    const token = await open();
    const before = clock.at;
    try {
      clock.at = new Date(expiresAt.getTime() - 1);
      expect(await sessions.authenticate(token)).not.to.equal(undefined);
      clock.at = expiresAt;
      expect(await sessions.authenticate(token)).to.equal(undefined);
    } finally {
      clock.at = before;
    }
  });

  it('ends for good, once or twice; the others stay', async () => {
    const [token, other] = [await open('user-3'), await open('user-3')];
    const { sessionId = '' } = (await sessions.authenticate(token)) ?? {};
    await sessions.end(sessionId);
    await sessions.end(sessionId);
    await sessions.end('nobodys');
    expect(await sessions.authenticate(token)).to.equal(undefined);
    expect(await sessions.authenticate(other)).not.to.equal(undefined);
  });

  it('ends with all others of a person who is forgotten, in one app', async () => {
    const openId = 'user-4';
    const tokens = [await open(openId), await open(openId)];
    const { token: elsewhere } = await sessions.create({ mchId, appId: 'wx2222', openId, expiresAt });
    expect(await sessions.forget({ appId, openId })).to.equal(2);
    expect(await sessions.forget({ appId, openId })).to.equal(0);
    for (const token of tokens) expect(await sessions.authenticate(token)).to.equal(undefined);
    expect(await sessions.authenticate(elsewhere)).not.to.equal(undefined);
  });

  for (const token of [
    '',
    'x',
    `hdk_${'a'.repeat(16)}_${'A'.repeat(43)}`,
    `hds_${'A'.repeat(44)}`,
    `hds_${'é'.repeat(43)}`,
  ]) {
    it(`is not looked up for ${JSON.stringify(token.slice(0, 12))}`, async () => {
      expect(await sessions.authenticate(token)).to.equal(undefined);
    });
  }
});
