import { Mongoose } from 'mongoose';

const testDatabase = /^huidiao_test_[0-9a-f]+$/;

/**
 * Drops the database of a test file that is done.
 * @param uri as testMongoUri() gave it
 * @throws TypeError for any other database than one of a test
 */
export async function dropTestDatabase(uri: string): Promise<void> {
  const connection = new Mongoose().createConnection(uri, {
    autoIndex: false,
    autoCreate: false,
    serverSelectionTimeoutMS: 5_000,
  });
  try {
    await connection.asPromise();
    if (!testDatabase.test(connection.name)) throw new TypeError(`${connection.name} is no test database`);
    await connection.dropDatabase();
  } finally {
    await connection.close();
  }
}
