import { type SecretRef, secretRef } from '@huidiao/contracts';
import type { CheckedPem } from './check-pem.ts';
import type { PemMemo } from './pem-memo.ts';
import type { ProblemList } from './problem-list.ts';
import { readNamedFile, readSecret } from './read-secret.ts';

/** What is wrong with a secret, or undefined. */
export type SecretCheck = (text: string) => string | undefined;

/**
 * Reads what an entry of the merchants file names. Values come as they stand in the file: one that does not fit
 * the schema was reported by it and is passed over here. `undefined` always means that a problem was reported,
 * or that the value is absent.
 */
export interface ResourceReader {
  secret(value: unknown, path: string, check: SecretCheck): string | undefined;
  pem<T>(
    value: unknown,
    path: string,
    check: (text: string) => CheckedPem<T>,
  ): { readonly pem: string; readonly holds: T } | undefined;
  readonly problems: ProblemList;
}

export interface ResourceReaderOptions {
  /** The folder of the merchants file. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly problems: ProblemList;
  readonly pems: PemMemo;
}

/** @see ResourceReader */
export function createResourceReader(options: ResourceReaderOptions): ResourceReader {
  const { folder, env, problems, pems } = options;
  const report = (path: string, problem: string): undefined => {
    problems.add(path, problem);
    return undefined;
  };
  return {
    problems,
    secret(value, path, check) {
      const ref: SecretRef | undefined = secretRef.safeParse(value).data;
      if (ref === undefined) return undefined;
      const read = readSecret(ref, folder, env);
      if ('problem' in read) return report(path, read.problem);
      const problem = check(read.text);
      return problem === undefined ? read.text : report(path, problem);
    },
    pem(value, path, check) {
      if (typeof value !== 'string' || value === '') return undefined;
      const read = readNamedFile(folder, value);
      if ('problem' in read) return report(path, read.problem);
      const checked = pems.check(read.text, check);
      return 'problem' in checked ? report(path, checked.problem) : checked;
    },
  };
}
