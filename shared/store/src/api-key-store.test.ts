import { expect } from 'chai';
import { describe, it } from 'mocha';
import mongoose from 'mongoose';
import { useStore } from './test-store.test.ts';

describe('ApiKeyStore', () => {
  let nowMs = Date.parse('2026-11-22T08:00:00Z');
  const { store, uri } = useStore({ clock: { now: () => new Date(++nowMs) } });
  const { apiKeys } = store;
  const create = () => apiKeys.create({ mchId: '1900000001', label: 'shop' });

  it('makes keys that are recognised as their merchant’s', async () => {
    const [one, two] = [await create(), await create()];
    expect(one.key).to.match(/^hdk_[0-9a-f]{16}_[0-9A-Za-z_-]{43}$/);
    expect(one.key).not.to.equal(two.key);
    expect(await apiKeys.authenticate(one.key)).to.deep.equal({ mchId: '1900000001', keyId: one.keyId });
  });

  it('stores a hash and never the secret', async () => {
    const { key, keyId } = await create();
    const connection = mongoose.createConnection(uri);
    try {
      await connection.asPromise();
      const row = await connection.collection<{ _id: string }>('apiKeys').findOne({ _id: keyId });
      expect(row)
        .to.have.property('secretHash')
        .that.matches(/^[0-9a-f]{64}$/);
      expect(JSON.stringify(row)).not.to.include(key.slice(-43));
    } finally {
      await connection.close();
    }
  });

  it('refuses a key with another secret, another id, or one character changed', async () => {
    const [one, two] = [await create(), await create()];
    const mixed = `hdk_${one.keyId}_${two.key.slice(-43)}`;
    const changed = one.key.slice(0, -1) + (one.key.endsWith('A') ? 'B' : 'A');
    const unknown = `hdk_0000000000000000_${one.key.slice(-43)}`;
    for (const key of [mixed, changed, unknown]) expect(await apiKeys.authenticate(key)).to.equal(undefined);
  });

  it('refuses text that is no key, however it looks', async () => {
    const { key } = await create();
    const texts = [
      '',
      'hdk_',
      ` ${key}`,
      `${key}\n`,
      `${key}x`,
      key.toUpperCase(),
      '{"$ne":null}',
      'x'.repeat(1e6),
    ];
    for (const text of texts) expect(await apiKeys.authenticate(text)).to.equal(undefined);
  });

  it('refuses an unknown id with the secret whose hash it is compared to', async () => {
    expect(await apiKeys.authenticate('hdk_0000000000000000_')).to.equal(undefined);
  });

  it('refuses a revoked key and revokes once', async () => {
    const { key, keyId } = await create();
    expect(await apiKeys.revoke(keyId)).to.equal(true);
    expect(await apiKeys.revoke(keyId)).to.equal(false);
    expect(await apiKeys.authenticate(key)).to.equal(undefined);
    expect(await apiKeys.revoke('0000000000000000')).to.equal(false);
  });

  it('lists the keys of a merchant, the oldest first, and shows of each what is no secret', async () => {
    const mchId = '1900000078';
    const [first, second] = [
      await apiKeys.create({ mchId, label: 'one' }),
      await apiKeys.create({ mchId, label: 'two' }),
    ];
    await apiKeys.revoke(first.keyId);
    const list = (onlyValid: boolean, limit = 10) => apiKeys.list({ mchId, onlyValid, limit });
    const [one, two] = await list(false);
    expect(one).to.have.all.keys('keyId', 'mchId', 'label', 'createdAt', 'revokedAt');
    expect(one).to.include({ keyId: first.keyId, mchId, label: 'one' });
    expect(one?.revokedAt).to.be.an.instanceOf(Date);
    expect(two).to.include({ keyId: second.keyId, label: 'two', revokedAt: undefined });
    expect(await list(true)).to.deep.equal([two]);
    expect(await list(false, 1)).to.deep.equal([one]);
    expect(await apiKeys.find(second.keyId)).to.deep.equal(two);
    expect(await apiKeys.find('0000000000000000')).to.equal(undefined);
    const ofAll = await apiKeys.list({ onlyValid: true, limit: 1_000 });
    expect(ofAll.map(({ mchId: of }) => of))
      .to.include(mchId)
      .and.include('1900000001');
  });

  it('counts the keys of a merchant that are neither revoked nor of another', async () => {
    const mchId = '1900000077';
    expect(await apiKeys.countValid(mchId)).to.equal(0);
    const [first] = [
      await apiKeys.create({ mchId, label: 'one' }),
      await apiKeys.create({ mchId, label: 'two' }),
    ];
    await create();
    expect(await apiKeys.countValid(mchId)).to.equal(2);
    await apiKeys.revoke(first.keyId);
    expect(await apiKeys.countValid(mchId)).to.equal(1);
  });
});
