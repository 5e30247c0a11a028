import { testMongoUri, writeLeastMerchantsFile } from '@huidiao/testing';

/** What the tests of the commands for API keys share; it holds no test itself. */

/** The one merchant of the file. */
export const mchId = '1900000001';

/** Writes a merchants file and its keys into a folder. @returns the environment of a command, with a new database. */
export function writeMerchants(folder: string): Record<string, string> {
  const { env } = writeLeastMerchantsFile(folder, { mchId, appId: 'wx8888888888888888' });
  return { MONGODB_URI: testMongoUri(), ...env };
}
