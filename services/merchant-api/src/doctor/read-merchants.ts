import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { MerchantDirectory } from '@huidiao/contracts';
import { loadMerchantDirectory } from '@huidiao/runtime';
import { toProblemLines } from './variables.ts';

/** A PEM file that the merchants file names. */
export interface NamedFile {
  /** `merchants[0].merchant_private_key_file`. */
  readonly key: string;
  /** As it is named, and where it is. */
  readonly name: string;
  readonly path: string;
}

/** The merchants file: what it gives, or all that is wrong with it. */
export interface ReadMerchants {
  readonly file: string;
  readonly directory: MerchantDirectory | undefined;
  /** `merchants[0].api_v3_key must hold …`. */
  readonly problems: readonly string[];
  /** Also of a file with problems, as far as its JSON can be read. */
  readonly pemFiles: readonly NamedFile[];
}

/** Reads the merchants file with everything that it names. Never throws. */
export function readMerchants(file: string, env: NodeJS.ProcessEnv): ReadMerchants {
  const pemFiles = namePemFiles(file);
  try {
    return { file, pemFiles, directory: loadMerchantDirectory(file, env), problems: [] };
  } catch (error) {
    return { file, pemFiles, directory: undefined, problems: toProblemLines(error) };
  }
}

function namePemFiles(file: string): NamedFile[] {
  const merchants = listOf(readJson(file), 'merchants');
  return merchants.flatMap((merchant, index) => {
    const at = `merchants[${index}]`;
    const named = [
      [`${at}.merchant_private_key_file`, valueAt(merchant, 'merchant_private_key_file')],
      ...listOf(merchant, 'wechatpay_public_keys').map(
        (key, item) => [`${at}.wechatpay_public_keys[${item}].file`, valueAt(key, 'file')] as const,
      ),
      ...listOf(merchant, 'platform_certificates').map(
        (name, item) => [`${at}.platform_certificates[${item}]`, name] as const,
      ),
    ] as const;
    return named.flatMap(([key, name]) =>
      typeof name === 'string' ? [{ key, name, path: resolve(dirname(file), name) }] : [],
    );
  });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function valueAt(record: unknown, key: string): unknown {
  return typeof record === 'object' && record !== null ? Reflect.get(record, key) : undefined;
}

function listOf(record: unknown, key: string): readonly unknown[] {
  const value = valueAt(record, key);
  return Array.isArray(value) ? value : [];
}
