import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Database, StoreConnection } from './connection.ts';
import { describeServer } from './describe-server.ts';
import { useStore } from './test-store.test.ts';

type Answers = Readonly<Record<'hello' | 'buildInfo', object | undefined>>;

/** A connection to a server that answers so, and refuses what it has no answer to. */
function connectionTo(answers: Answers): Pick<StoreConnection, 'run'> {
  const command = async (asked: object) => {
    const answer = answers[Object.keys(asked)[0] as keyof Answers];
    if (answer === undefined) throw new Error('refused');
    return answer;
  };
  return { run: async (_, work) => work({ command } as unknown as Database) };
}

/** As https://www.mongodb.com/docs/manual/reference/command/hello/ shows them. */
const localTime = new Date('2026-11-22T10:00:00Z');
const ofSet = {
  isWritablePrimary: true,
  setName: 'rs0',
  hosts: ['a:27017', 'b:27017'],
  passives: ['c:27017'],
  arbiters: ['d:27017'],
  localTime,
};

describe('what MongoDB says of itself', () => {
  const { store } = useStore();

  it('is asked of whatever server there is', async () => {
    const { localTime: time, isSharded } = await store.describeServer();
    expect(isSharded).to.equal(false);
    // The embedded store does not tell the time.
    if (time !== undefined) expect(time.getTime()).to.be.closeTo(Date.now(), 60_000);
  });

  it('names its replica set and how many members hold data', async () => {
    const connection = connectionTo({ hello: ofSet, buildInfo: { version: '7.0.14' } });
    expect(await describeServer(connection)).to.deep.equal({
      version: '7.0.14',
      setName: 'rs0',
      dataMembers: 3,
      isSharded: false,
      localTime,
    });
  });

  it('is told also where it does not tell its version, of a server alone and of a mongos', async () => {
    const alone = { hello: { isWritablePrimary: true }, buildInfo: undefined };
    expect(await describeServer(connectionTo(alone))).to.deep.equal({
      version: undefined,
      setName: undefined,
      dataMembers: 0,
      isSharded: false,
      localTime: undefined,
    });
    const mongos = { hello: { msg: 'isdbgrid', localTime }, buildInfo: { version: '8.0.1' } };
    expect((await describeServer(connectionTo(mongos))).isSharded).to.equal(true);
  });

  it('is an AppError when nobody answers', async () => {
    const away = new AppError('STORE_UNAVAILABLE');
    const found = describeServer({ run: () => Promise.reject(away) });
    expect(await found.catch((error: unknown) => error)).to.equal(away);
  });
});
