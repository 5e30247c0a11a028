import type { ServerDescription } from '@huidiao/store';
import type { Finding } from './finding.ts';

const where = 'MONGODB_URI';
const wanted = 'in production: a replica set of three, mongodb://a,b,c/huidiao?replicaSet=rs0';

/** What can go wrong with a server of this kind although it works now; nothing where it is as it should be. */
export function judgeMongoServer(uri: string, server: ServerDescription): Finding[] {
  if (server.isSharded) return [];
  return [...judgeMembers(server), ...judgeUri(uri, server)];
}

/** `MongoDB 7.0.14, replica set rs0 of 3` */
export function nameMongoServer({ version, setName, dataMembers, isSharded }: ServerDescription): string {
  const name = version === undefined ? 'MongoDB' : `MongoDB ${version}`;
  if (isSharded) return `${name}, a sharded cluster`;
  return setName === undefined ? `${name}, one server` : `${name}, replica set ${setName} of ${dataMembers}`;
}

/**
 * A majority of two is both, and an arbiter holds nothing that it could acknowledge.
 * https://www.mongodb.com/docs/manual/core/replica-set-architecture-three-members/
 */
function judgeMembers({ setName, dataMembers }: ServerDescription): Finding[] {
  if (setName !== undefined && dataMembers > 2) return [];
  const says =
    setName === undefined
      ? 'MongoDB is one server and no replica set: what it has goes with its disk, and while it is away orders wait'
      : dataMembers === 2
        ? `two members of the replica set ${setName} hold data: while either is away, every write fails`
        : `one member of the replica set ${setName} holds data: what it has goes with its disk, and while it is away orders wait`;
  return [{ level: 'warning', says, where, todo: [wanted, 'to try things out on one machine it will do'] }];
}

/** https://www.mongodb.com/docs/manual/reference/connection-string-options/ */
function judgeUri(uri: string, { setName, dataMembers }: ServerDescription): Finding[] {
  if (setName === undefined || dataMembers < 2) return [];
  if (/[?&]directConnection=true/i.test(uri)) {
    return [
      {
        level: 'warning',
        says: `MONGODB_URI says directConnection=true: when another member of ${setName} becomes the primary, nothing here finds it`,
        where,
        todo: [`take it out, and name all members: mongodb://a,b,c/huidiao?replicaSet=${setName}`],
      },
    ];
  }
  const hosts = /^mongodb:\/\/(?:[^@/]*@)?([^/?]*)/.exec(uri)?.[1];
  if (hosts === undefined || hosts.includes(',')) return [];
  return [
    {
      level: 'warning',
      says: `MONGODB_URI names one member of ${setName}, ${hosts}: while that one is away, no service can start`,
      where,
      todo: [`name all members: mongodb://a,b,c/huidiao?replicaSet=${setName}`],
    },
  ];
}
