import { toAppError } from '@huidiao/errors';
import type { Store } from '@huidiao/store';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { createHeardLog, type HeardLog } from '../heard-log.ts';
import { type Site, withoutVariable } from '../site.ts';

const where = 'MONGODB_URI';

export const mongodbCheck: Check = {
  name: 'mongodb',
  title: 'that MongoDB has its indexes and keeps writes by a majority with their journal',
  settings: ['MONGODB_URI'],
  asksOthers: true,
  async run(site) {
    const { MONGODB_URI: uri } = site.variables;
    if (uri === undefined) return [withoutVariable('MONGODB_URI')];
    const log = createHeardLog();
    let store: Store;
    try {
      store = site.openStore(uri, log.logger);
    } catch (error) {
      return [{ level: 'problem', says: toAppError(error).message, where }];
    }
    try {
      return [...judgeMembers(uri), ...(await lookAtStore(store, log, site))];
    } finally {
      await store.close();
    }
  },
};

async function lookAtStore(store: Store, log: HeardLog, site: Site): Promise<Finding[]> {
  try {
    await store.assertMigrated();
  } catch (error) {
    return [toFailure(error)];
  }
  const missing = log.heard('store.index-missing');
  const slow: Finding = {
    level: 'warning',
    says: `indexes are missing: ${String(missing?.indexes)}; without them everything works, slowly`,
    where,
    todo: ['npm run migrate'],
  };
  return [...(missing === undefined ? [] : [slow]), await tryToWrite(store, site)];
}

/** A row of its own, which holds nothing: the same one each time. */
async function tryToWrite({ turns }: Store, { clock }: Site): Promise<Finding> {
  const begin = performance.now();
  try {
    await turns.take({ key: 'doctor', want: 1, perSecond: 1_000, burst: 1_000, now: clock.now() });
  } catch (error) {
    return toFailure(error);
  }
  const ms = Math.ceil(performance.now() - begin);
  return {
    level: 'ok',
    says: `all unique indexes are there; a write by a majority with its journal took ${ms} ms`,
  };
}

function toFailure(error: unknown): Finding {
  const { code, message } = toAppError(error);
  if (code === 'STORE_NOT_MIGRATED') {
    return { level: 'problem', says: message, where, todo: ['npm run migrate, with the same MONGODB_URI'] };
  }
  return {
    level: 'problem',
    says: `MongoDB does not answer, or does not take a write by a majority with its journal (${code})`,
    where,
    todo: [
      'start it, or mend the address; user and password must be percent-encoded, and may want ?authSource=admin',
      'a replica set takes writes while most of its members are up, and from here each of them must be reachable by its own name',
    ],
  };
}

/** https://www.mongodb.com/docs/manual/reference/connection-string/ */
function judgeMembers(uri: string): Finding[] {
  const hosts = /^mongodb:\/\/(?:[^@/]*@)?([^/?]*)/.exec(uri)?.[1];
  const isNamed = /[?&]replicaSet=/.test(uri);
  if (hosts === undefined || hosts.includes(',') || isNamed) return [];
  return [
    {
      level: 'warning',
      says: `MONGODB_URI names one server, ${hosts}: if that is all there is, what it has goes with its disk`,
      where,
      todo: [
        'in production name the members of a replica set of three: mongodb://a,b,c/huidiao?replicaSet=rs0',
      ],
    },
  ];
}
