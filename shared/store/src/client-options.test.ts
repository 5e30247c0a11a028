import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toClientOptions } from './client-options.ts';

describe('toClientOptions', () => {
  const databaseFor = (uri: string) =>
    toClientOptions(uri, { selectionTimeoutMs: 1, socketTimeoutMs: 1 }).dbName ?? 'as in the URI';

  it('keeps as many connections open as it is told, and leaves it to the URI otherwise', () => {
    const limits = { selectionTimeoutMs: 1, socketTimeoutMs: 1 };
    expect(toClientOptions('mongodb://host', { ...limits, warmConnections: 8 }).minPoolSize).to.equal(8);
    expect(toClientOptions('mongodb://host', limits)).not.to.have.property('minPoolSize');
  });

  for (const [uri, database] of [
    ['mongodb://host', 'huidiao'],
    ['mongodb://host/', 'huidiao'],
    ['mongodb://host/?replicaSet=rs0', 'huidiao'],
    ['mongodb://user:p%2Fw@a:1,b:2/?authSource=admin', 'huidiao'],
    ['mongodb+srv://cluster.example.com/', 'huidiao'],
    ['mongodb://host/shop', 'as in the URI'],
    ['mongodb://a:1,b:2/shop?replicaSet=rs0', 'as in the URI'],
    ['mongodb+srv://cluster.example.com/shop', 'as in the URI'],
  ]) {
    it(`takes the database ${database} for ${uri}`, () => {
      expect(databaseFor(String(uri))).to.equal(database);
    });
  }
});
