import type { Database, StoreConnection } from './connection.ts';

/** What a MongoDB server says of itself; undefined is what it does not say, as servers that are only like it. */
export interface ServerDescription {
  /** `7.0.14` */
  readonly version: string | undefined;
  /** The replica set that it is a member of. */
  readonly setName: string | undefined;
  /** How many members of the set hold data, hidden ones left out; 0 without a set. */
  readonly dataMembers: number;
  /** Whether it is a mongos, which leads to the replica sets of a sharded cluster. */
  readonly isSharded: boolean;
  readonly localTime: Date | undefined;
}

/** https://www.mongodb.com/docs/manual/reference/command/hello/ */
interface Hello {
  readonly setName?: unknown;
  readonly hosts?: unknown;
  /** Members of priority 0. */
  readonly passives?: unknown;
  readonly msg?: unknown;
  readonly localTime?: unknown;
}

/**
 * Asks the server that takes the writes what it is. Needs no right beyond those of the services.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function describeServer({ run }: Pick<StoreConnection, 'run'>): Promise<ServerDescription> {
  const hello = await run('store.hello', async (database): Promise<Hello> => database.command({ hello: 1 }));
  const version = await run('store.version', askVersion);
  const { setName, hosts, passives, msg, localTime } = hello;
  return {
    version,
    setName: typeof setName === 'string' ? setName : undefined,
    dataMembers: countOf(hosts) + countOf(passives),
    isSharded: msg === 'isdbgrid',
    localTime: localTime instanceof Date ? localTime : undefined,
  };
}

/** From 8.1 on it is told to users who have logged in; a server that refuses to tell is as good as any other. */
async function askVersion(database: Database): Promise<string | undefined> {
  const answer = await database.command({ buildInfo: 1 }).catch(() => undefined);
  const version: unknown = answer?.version;
  return typeof version === 'string' ? version : undefined;
}

function countOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}
