import { dirname } from 'node:path';
import type { MerchantDirectory } from '@huidiao/contracts';
import { toConfigError } from '../load-config.ts';
import { toFrozenMap } from './freeze-deeply.ts';
import { listAt, recordOf } from './json-value.ts';
import { createProblemList } from './problem-list.ts';
import { readApp } from './read-app.ts';
import { readMerchant } from './read-merchant.ts';
import { readMerchantsFile } from './read-merchants-file.ts';
import { reportContradictions } from './report-contradictions.ts';
import { createResourceReader } from './resource-reader.ts';

/**
 * Reads the file that names merchants and apps (its schema: contracts' merchant-config.ts), and every secret,
 * key and certificate that it names; paths are relative to the file. The result is frozen throughout.
 *
 * @throws AppError CONFIG_INVALID that lists every problem by JSON path, never with the value of a secret.
 */
export function loadMerchantDirectory(file: string, env: NodeJS.ProcessEnv): MerchantDirectory {
  const problems = createProblemList();
  const { raw, parsed } = readMerchantsFile(file, problems);
  const reader = createResourceReader({ folder: dirname(file), env, problems });

  // Entries that do not fit the schema are looked at too, as far as they go, so that one start tells everything.
  const merchants = listAt(recordOf(raw), 'merchants').map((entry, index) =>
    readMerchant(entry, parsed?.merchants[index], `merchants[${index}]`, reader),
  );
  const apps = listAt(recordOf(raw), 'apps').map((entry, index) =>
    readApp(entry, parsed?.apps[index], `apps[${index}]`, reader),
  );
  reportContradictions(raw, problems);

  if (problems.lines.length > 0) throw toConfigError(`the merchants file ${file}`, problems.lines);
  return Object.freeze({
    merchants: toFrozenMap(
      merchants.filter((merchant) => merchant !== undefined),
      ({ mchId }) => mchId,
    ),
    apps: toFrozenMap(
      apps.filter((app) => app !== undefined),
      ({ appId }) => appId,
    ),
  });
}
