import { readFileSync } from 'node:fs';
import { toAppError } from '@huidiao/errors';
import type { Store } from '@huidiao/store';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { createHeardLog } from '../heard-log.ts';
import { ofMerchants, type Site, withoutVariable } from '../site.ts';

const make = 'npm run create-api-key -- --merchant MCHID > api-key';

export const apiKeyCheck: Check = {
  name: 'api-key',
  title: 'the API key by which the shop calls merchant-api: that there is one, and that it is valid',
  settings: [],
  asksOthers: true,
  async run(site) {
    const { MONGODB_URI: uri } = site.variables;
    if (uri === undefined) return [withoutVariable('MONGODB_URI')];
    const unknown = (error: unknown): Finding[] => [
      { level: 'skipped', says: `MongoDB could not be asked (${toAppError(error).code}); see mongodb` },
    ];
    let store: Store;
    try {
      store = site.openStore(uri, createHeardLog().logger);
    } catch (error) {
      return unknown(error);
    }
    try {
      return [...(await countKeys(site, store)), await lookAtFile(site, store)];
    } catch (error) {
      return unknown(error);
    } finally {
      await store.close();
    }
  },
};

async function countKeys(site: Site, store: Store): Promise<readonly Finding[]> {
  return ofMerchants(site, async ({ mchId }) => {
    const count = await store.apiKeys.countValid(mchId);
    if (count > 0) {
      return [{ level: 'ok', says: `${count} valid API key${count === 1 ? '' : 's'}` }];
    }
    return [
      {
        level: 'warning',
        says: 'it has no valid API key, so that its shop can make no orders and read none',
        where: 'the shop, which sends it as Authorization: Bearer',
        todo: [make.replace('MCHID', mchId), 'the file has it then, and nothing shows it a second time'],
      },
    ];
  });
}

async function lookAtFile({ command, directory }: Site, { apiKeys }: Store): Promise<Finding> {
  const { apiKeyFile: file } = command;
  if (file === undefined) {
    const says =
      "whether the shop's own key is valid; to have it looked at: npm run doctor -- --api-key-file FILE";
    return { level: 'skipped', says };
  }
  const problem = (says: string): Finding => ({ level: 'problem', says, where: file, todo: [make] });
  const key = readKey(file);
  if (key === undefined) return problem('the file cannot be read');
  const owner = await apiKeys.authenticate(key);
  if (owner === undefined) {
    return problem('the file holds no valid API key: malformed, unknown here, or revoked');
  }
  const says = `key ${owner.keyId} is of merchant ${owner.mchId}`;
  const isKnown = directory === undefined || directory.merchants.has(owner.mchId);
  return isKnown ? { level: 'ok', says } : problem(`${says}, which is not among those that were asked for`);
}

function readKey(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
