import { type FoundServer, type ServerSearch, toExistingServer } from '../found-server.ts';
import { findProgram } from '../processes/find-program.ts';
import { startEmbeddedStoreProcess } from './start-embedded-store.ts';
import { startMongod } from './start-mongod.ts';

/**
 * MongoDB, in this order: MONGODB_URI; `mongod` on the PATH; the embedded store.
 * The URL of a server that was started names no database. @throws when none could be started.
 */
export async function findMongo(search: ServerSearch): Promise<FoundServer> {
  const { MONGODB_URI: uri } = search.env;
  if (uri && !/^mongodb(\+srv)?:\/\/[^/]/.test(uri)) {
    // It may hold a password, so it is not repeated.
    throw new Error(
      'MONGODB_URI is no address of a MongoDB: set it to one such as mongodb://127.0.0.1:27017/huidiao, or unset it, and a store is brought',
    );
  }
  if (uri) return toExistingServer(uri, 'MONGODB_URI');
  const mongod = findProgram(['mongod'], search.env.PATH);
  if (mongod) {
    try {
      return await startMongod(mongod, search);
    } catch (error) {
      // A mongod that is too old, or for another processor, is no reason to have no store.
      search.say(`${mongod} ${(error as Error).message}`);
    }
  }
  return await startEmbeddedStoreProcess(search);
}
