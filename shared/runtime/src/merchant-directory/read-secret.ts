import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SecretRef } from '@huidiao/contracts';
import { toShownName } from './problem-list.ts';

/** The secret or file as text, or what is wrong. */
export type ReadText = { readonly text: string } | { readonly problem: string };

/** Reads a file named in the merchants file; its path is relative to the folder of that file. */
export function readNamedFile(folder: string, name: string): ReadText {
  try {
    return { text: readFileSync(resolve(folder, name), 'utf8') };
  } catch (error) {
    const { code = 'unknown error' } = error as { code?: string };
    return { problem: `names a file that cannot be read (${code}): ${toShownName(name)}` };
  }
}

/**
 * Reads a secret from the environment or a file, without the one newline that editors and `echo` put at its end.
 */
export function readSecret(ref: SecretRef, folder: string, env: NodeJS.ProcessEnv): ReadText {
  if ('file' in ref) {
    const read = readNamedFile(folder, ref.file);
    if ('problem' in read) return read;
    const text = read.text.replace(/\r?\n$/, '');
    return text === '' ? { problem: `names an empty file: ${toShownName(ref.file)}` } : { text };
  }
  const text = Object.hasOwn(env, ref.env) ? env[ref.env] : undefined;
  const name = toShownName(ref.env);
  if (text === undefined) return { problem: `names an environment variable that is not set: ${name}` };
  return text === '' ? { problem: `names an environment variable that is empty: ${name}` } : { text };
}
