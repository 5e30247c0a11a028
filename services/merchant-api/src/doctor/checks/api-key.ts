import { readFileSync } from 'node:fs';
import { toAppError } from '@huidiao/errors';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { createHeardLog } from '../heard-log.ts';
import { type Site, withoutVariable } from '../site.ts';

const make = 'npm run create-api-key -- --merchant MCHID > api-key';

export const apiKeyCheck: Check = {
  name: 'api-key',
  title: 'the API key by which the shop calls merchant-api',
  settings: [],
  asksOthers: true,
  async run(site) {
    const { apiKeyFile: file } = site.command;
    if (file === undefined) {
      return [
        {
          level: 'skipped',
          says: 'name the file that holds it by --api-key-file to have it looked at',
          todo: [make],
        },
      ];
    }
    const key = readKey(file);
    if (key === undefined)
      return [{ level: 'problem', says: 'the file cannot be read', where: file, todo: [make] }];
    return [await lookUp(site, key, file)];
  },
};

function readKey(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

async function lookUp(
  { variables, openStore, directory }: Site,
  key: string,
  file: string,
): Promise<Finding> {
  const { MONGODB_URI: uri } = variables;
  if (uri === undefined) return withoutVariable('MONGODB_URI');
  const store = openStore(uri, createHeardLog().logger);
  try {
    const owner = await store.apiKeys.authenticate(key);
    if (owner === undefined) {
      const says = 'the file holds no valid API key: malformed, unknown here, or revoked';
      return { level: 'problem', says, where: file, todo: [make] };
    }
    const { mchId, keyId } = owner;
    const isKnown = directory === undefined || directory.merchants.has(mchId);
    const says = `key ${keyId} is of merchant ${mchId}`;
    if (isKnown) return { level: 'ok', says };
    return {
      level: 'problem',
      says: `${says}, which is not among those that were asked for`,
      where: file,
      todo: [make],
    };
  } catch (error) {
    return { level: 'skipped', says: `it could not be looked up (${toAppError(error).code}); see mongodb` };
  } finally {
    await store.close();
  }
}
