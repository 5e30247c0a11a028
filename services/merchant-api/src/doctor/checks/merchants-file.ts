import { readFileSync } from 'node:fs';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { describePem, identifyPem, type PemContent } from '../identify-pem.ts';
import { judgeAppIds } from '../judge-app-ids.ts';
import { toFileAdvice, toKeyAdvice } from '../merchants-file-advice.ts';
import type { NamedFile, ReadMerchants } from '../read-merchants.ts';
import { withoutVariable } from '../site.ts';

export const merchantsFileCheck: Check = {
  name: 'merchants-file',
  title:
    'the merchants file, its secrets, keys and certificates: all that is wrong at once, and which file is which',
  settings: ['MERCHANTS_FILE', 'appids'],
  asksOthers: false,
  async run({ merchants, directory: asked }) {
    if (merchants === undefined) return [withoutVariable('MERCHANTS_FILE')];
    const { file, directory, problems } = merchants;
    if (directory === undefined) return problems.map((problem) => toFinding(problem, merchants));
    const counts = `${count(directory.merchants.size, 'merchant')}, ${count(directory.apps.size, 'app')}`;
    return [
      {
        level: 'ok',
        says: `${file}: ${counts}; every secret, key and certificate is of the right kind and size`,
      },
      ...judgeAppIds(directory, asked ?? directory),
    ];
  },
};

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** A problem begins with the path of its key, unless it is of the file itself. */
function toFinding(problem: string, { file, pemFiles }: ReadMerchants): Finding {
  const key = /^(?!(?:is|must|cannot) )\S+/.exec(problem)?.[0];
  const named = pemFiles.find((one) => one.key === key);
  const found = named === undefined ? undefined : read(named.path);
  return {
    level: 'problem',
    says: key === undefined ? `the merchants file ${problem}` : problem,
    where: toPlace(file, named, found),
    todo: named === undefined || found === undefined ? toKeyAdvice(key) : toFileAdvice(named, found),
  };
}

/** What is named but not there is not repeated: people paste a key where its file belongs. */
function toPlace(file: string, named: NamedFile | undefined, found: PemContent | string | undefined): string {
  const isThere = named !== undefined && typeof found === 'object';
  return isThere ? `${file}; the file ${named.path} holds ${describePem(found)}` : file;
}

/** What a file holds, or the code of why it cannot be read. */
function read(path: string): PemContent | string {
  try {
    return identifyPem(readFileSync(path));
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}
