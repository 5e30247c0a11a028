import { expect } from 'chai';
import { describe, it } from 'mocha';
import { codeOf, inParallel, useStore } from './test-store.test.ts';
import type { UserSecrets } from './user.ts';

const appId = 'wx0000000000000001';

describe('a user who logs in', () => {
  const { users } = useStore().store;
  let count = 0;
  const newPerson = () => {
    count += 1;
    return { appId, openId: `user-${count}` };
  };
  const keep = (secrets: UserSecrets) => ({ unionId: undefined, toSecrets: () => secrets });

  it('is new once, whichever of several logins is the first', async () => {
    const person = newPerson();
    const logins = await inParallel(8, (index) =>
      users.recordLogin(person, keep({ sessionKey: `key-${index}` })),
    );
    expect(logins.filter(({ isNew }) => isNew)).to.have.length(1);
  });

  it('is changed by each login from what the one before left, however many come at once', async () => {
    const person = newPerson();
    const add = (index: number) => ({
      unionId: undefined,
      toSecrets: ({ nickname = '' }: UserSecrets) => ({ nickname: `${nickname}${index}` }),
    });
    await inParallel(6, (index) => users.recordLogin(person, add(index)));
    const { nickname = '' } = (await users.find(person))?.secrets ?? {};
    expect([...nickname].sort().join('')).to.equal('012345');
  });

  it('keeps what a login gives, and nothing that it leaves out', async () => {
    const person = newPerson();
    const usableUntil = new Date('2026-11-22T10:10:00Z');
    const previousSessionKey = { sealed: 'before', usableUntil };
    const first = { sessionKey: 'key', previousSessionKey, nickname: 'name', avatarUrl: 'url' };
    await users.recordLogin(person, keep(first));
    expect((await users.find(person))?.secrets).to.deep.equal(first);
    await users.recordLogin(person, keep({ sessionKey: 'other' }));
    expect((await users.find(person))?.secrets).to.deep.equal({
      sessionKey: 'other',
      previousSessionKey: undefined,
      nickname: undefined,
      avatarUrl: undefined,
    });
  });

  it('keeps the unionid that one login told, and takes a later one over', async () => {
    const person = newPerson();
    const login = (unionId: string | undefined) =>
      users.recordLogin(person, { unionId, toSecrets: (before) => before });
    const unionIdAfter = async (unionId: string | undefined) => {
      await login(unionId);
      return (await users.find(person))?.unionId;
    };
    expect(await unionIdAfter('union-1')).to.equal('union-1');
    expect(await unionIdAfter(undefined)).to.equal('union-1');
    expect(await unionIdAfter('union-2')).to.equal('union-2');
  });

  it('is changed by what they tell, field by field, unless they are unknown', async () => {
    const person = newPerson();
    expect(await users.recordTold(person, { nickname: 'name' })).to.equal(undefined);
    await users.recordLogin(person, keep({ sessionKey: 'key' }));
    await users.recordTold(person, { nickname: 'name' });
    const user = await users.recordTold(person, { avatarUrl: 'url', nickname: undefined, unionId: 'union' });
    expect(user).to.deep.include({ ...person, unionId: 'union' });
    expect(user?.secrets).to.include({ sessionKey: 'key', nickname: 'name', avatarUrl: 'url' });
  });

  it('is a new user after being forgotten, of whom nothing is known', async () => {
    const person = newPerson();
    await users.recordLogin(person, {
      unionId: 'union',
      toSecrets: () => ({ sessionKey: 'key', nickname: 'name' }),
    });
    expect(await users.forget(person)).to.equal(1);
    expect(await users.forget(person)).to.equal(0);
    expect(await users.find(person)).to.equal(undefined);
    expect(await users.recordTold(person, { nickname: 'name' })).to.equal(undefined);
    let seen: UserSecrets | undefined;
    const toSecrets = (before: UserSecrets) => {
      seen = before;
      return { sessionKey: 'key-2' };
    };
    expect(await users.recordLogin(person, { unionId: undefined, toSecrets })).to.deep.equal({ isNew: true });
    expect(seen).to.deep.equal({});
    expect(await users.find(person)).to.deep.include({ ...person, unionId: undefined });
  });

  it('is of one app', async () => {
    const person = newPerson();
    await users.recordLogin(person, keep({ sessionKey: 'key' }));
    expect(await users.find({ ...person, appId: 'wx2222' })).to.equal(undefined);
    expect(await users.forget({ ...person, appId: 'wx2222' })).to.equal(0);
  });

  it('passes on what goes wrong with making the secrets', async () => {
    const toSecrets = () => {
      throw Object.assign(new Error('no'), { code: 'NO_SECRET' });
    };
    expect(await codeOf(users.recordLogin(newPerson(), { unionId: undefined, toSecrets }))).to.equal(
      'NO_SECRET',
    );
  });
});
