import { toAppError } from '@huidiao/errors';
import type { ServerDescription, Store } from '@huidiao/store';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { createHeardLog, type HeardLog } from '../heard-log.ts';
import { judgeMongoServer, nameMongoServer } from '../judge-mongo-server.ts';
import { type Site, withoutVariable } from '../site.ts';

const where = 'MONGODB_URI';

export const mongodbCheck: Check = {
  name: 'mongodb',
  title: 'that MongoDB is a replica set, has its indexes, and keeps writes by a majority with their journal',
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
      const server = await store.describeServer();
      return [...judgeMongoServer(uri, server), ...(await lookAtStore(store, server, log, site))];
    } catch (error) {
      return [toFailure(error)];
    } finally {
      await store.close();
    }
  },
};

async function lookAtStore(
  store: Store,
  server: ServerDescription,
  log: HeardLog,
  site: Site,
): Promise<Finding[]> {
  try {
    await store.assertMigrated();
    const missing = log.heard('store.index-missing');
    const slow: Finding = {
      level: 'warning',
      says: `indexes are missing: ${String(missing?.indexes)}; without them everything works, slowly`,
      where,
      todo: ['npm run migrate'],
    };
    const ms = await timeWrite(store, site);
    const fine: Finding = {
      level: 'ok',
      says: `${nameMongoServer(server)}: all unique indexes are there; a write by a majority with its journal took ${ms} ms`,
    };
    return [...(missing === undefined ? [] : [slow]), fine];
  } catch (error) {
    return [toFailure(error)];
  }
}

/** Writes a row of its own, which holds nothing: the same one each time. */
async function timeWrite({ turns }: Store, { clock }: Site): Promise<number> {
  const begin = performance.now();
  await turns.take({ key: 'doctor', want: 1, perSecond: 1_000, burst: 1_000, now: clock.now() });
  return Math.ceil(performance.now() - begin);
}

function toFailure(error: unknown): Finding {
  const { code, message } = toAppError(error);
  if (code === 'STORE_NOT_MIGRATED') {
    return { level: 'problem', says: message, where, todo: ['with the same MONGODB_URI: npm run migrate'] };
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
