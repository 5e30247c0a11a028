import type { ServerDescription } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { judgeMongoServer, nameMongoServer } from './judge-mongo-server.ts';

const setOf = (dataMembers: number): ServerDescription => ({
  version: '7.0.14',
  setName: 'rs0',
  dataMembers,
  isSharded: false,
  localTime: undefined,
});
const alone: ServerDescription = { ...setOf(0), setName: undefined };
const mongos: ServerDescription = { ...alone, isSharded: true };
const [one, all] = ['mongodb://u:p@a:27017/huidiao', 'mongodb://u:p@a,b,c/huidiao?replicaSet=rs0'];

describe('what the doctor says of the kind of MongoDB', () => {
  const cases: readonly [string, string, ServerDescription, RegExp | undefined][] = [
    ['one server', one, alone, /is one server and no replica set/],
    ['a replica set of one', one, setOf(1), /^one member .* goes with its disk/],
    ['a replica set of two, with an arbiter or without', all, setOf(2), /while either is away, every write/],
    ['a replica set of three, all named', all, setOf(3), undefined],
    ['a replica set of three, one named', one, setOf(3), /names one member of rs0, a:27017: while/],
    ['a replica set by its name in DNS', 'mongodb+srv://u:p@cluster.example.com/x', setOf(3), undefined],
    ['one member, and never another', `${all}&directConnection=true`, setOf(3), /nothing here finds it/],
    ['a sharded cluster', one, mongos, undefined],
  ];
  for (const [name, uri, server, expected] of cases) {
    it(`${expected === undefined ? 'has nothing against' : 'warns of'} ${name}`, () => {
      const found = judgeMongoServer(uri, server);
      expect(found.map(({ level }) => level)).to.deep.equal(expected === undefined ? [] : ['warning']);
      if (expected !== undefined) expect(found[0]?.says).to.match(expected);
      expect(JSON.stringify(found)).to.not.include('u:p');
    });
  }

  it('names it', () => {
    expect([setOf(3), { ...alone, version: undefined }, mongos].map(nameMongoServer)).to.deep.equal([
      'MongoDB 7.0.14, replica set rs0 of 3',
      'MongoDB, one server',
      'MongoDB 7.0.14, a sharded cluster',
    ]);
  });
});
