import { dirname } from 'node:path';
import type { App, Merchant, MerchantDirectory } from '@huidiao/contracts';
import { toConfigError } from '../load-config.ts';
import { toFrozenMap } from './freeze-deeply.ts';
import { listAt, recordOf } from './json-value.ts';
import { createPemMemo, type PemMemo } from './pem-memo.ts';
import { createProblemList } from './problem-list.ts';
import { readApp } from './read-app.ts';
import { readMerchant } from './read-merchant.ts';
import { readMerchantsFile } from './read-merchants-file.ts';
import { reportContradictions } from './report-contradictions.ts';
import { createResourceReader } from './resource-reader.ts';

/**
 * Reads the file that names merchants and apps (its schema: contracts' merchants/merchants-file.ts), and every secret,
 * key and certificate that it names; paths are relative to the file. The result is frozen throughout.
 *
 * @throws AppError CONFIG_INVALID that lists every problem by JSON path, never with the value of a secret.
 */
export function loadMerchantDirectory(
  file: string,
  env: NodeJS.ProcessEnv,
  pems?: PemMemo,
): MerchantDirectory {
  const reading = readMerchantDirectory(file, env, pems);
  for (;;) {
    const step = reading.next();
    if (step.done === true) return step.value;
  }
}

/**
 * The same in steps, one for each entry: keys take their time to check, and a process that serves requests does other
 * things in between.
 *
 * @param pems what earlier readings have found
 */
export function* readMerchantDirectory(
  file: string,
  env: NodeJS.ProcessEnv,
  pems: PemMemo = createPemMemo(),
): Generator<undefined, MerchantDirectory> {
  pems.begin();
  const problems = createProblemList();
  const { raw, parsed } = readMerchantsFile(file, problems);
  const reader = createResourceReader({ folder: dirname(file), env, problems, pems });

  // Entries that do not fit the schema are looked at too, as far as they go, so that one start tells everything.
  const merchants: Merchant[] = [];
  for (const [index, entry] of listAt(recordOf(raw), 'merchants').entries()) {
    const merchant = readMerchant(entry, parsed?.merchants[index], `merchants[${index}]`, reader);
    if (merchant !== undefined) merchants.push(merchant);
    yield;
  }
  const apps: App[] = [];
  for (const [index, entry] of listAt(recordOf(raw), 'apps').entries()) {
    const app = readApp(entry, parsed?.apps[index], `apps[${index}]`, reader);
    if (app !== undefined) apps.push(app);
    yield;
  }
  reportContradictions(raw, problems);

  if (problems.lines.length > 0) throw toConfigError(`the merchants file ${file}`, problems.lines);
  return Object.freeze({
    merchants: toFrozenMap(merchants, ({ mchId }) => mchId),
    apps: toFrozenMap(withShops(apps, merchants), ({ appId }) => appId),
  });
}

/** An app without a shop of its own has that of the only merchant which lists it. */
function withShops(apps: readonly App[], merchants: readonly Merchant[]): readonly App[] {
  const listing = new Map<string, Merchant[]>();
  for (const merchant of merchants) {
    for (const appId of merchant.appIds) listing.set(appId, [...(listing.get(appId) ?? []), merchant]);
  }
  return apps.map((app) => {
    const [only, ...others] = listing.get(app.appId) ?? [];
    return app.shop !== undefined || others.length > 0 ? app : { ...app, shop: only?.shop };
  });
}
