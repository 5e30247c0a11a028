import { readFileSync } from 'node:fs';
import { merchantsFile, secretRef } from '@huidiao/contracts';
import { z } from 'zod';
import { parseJsonText } from './parse-json-text.ts';
import { type ProblemList, toJsonPath, toShownName } from './problem-list.ts';
import { toKeyHint } from './to-key-hint.ts';
import { toSchemaProblem } from './to-schema-problem.ts';

/** The file's JSON as it stands, for looking at the parts that fit, and whether all of it fits the schema. */
export interface MerchantsFileText {
  readonly raw: unknown;
  readonly parsed: z.output<typeof merchantsFile> | undefined;
}

/** Reads the file and holds it against its schema; what is wrong goes to `problems`. */
export function readMerchantsFile(file: string, problems: ProblemList): MerchantsFileText {
  const text = readText(file, problems);
  if (text === undefined) return { raw: undefined, parsed: undefined };
  const json = parseJsonText(text);
  if ('problem' in json) {
    problems.add('', `is not JSON: ${json.problem}`);
    return { raw: undefined, parsed: undefined };
  }
  const parsed = merchantsFile.safeParse(json.value);
  for (const issue of parsed.error?.issues ?? []) addIssue(issue, problems);
  return { raw: json.value, parsed: parsed.data };
}

function readText(file: string, problems: ProblemList): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as { code?: string };
    problems.add(
      '',
      `cannot be read (${code}); set MERCHANTS_FILE to a JSON file that this process may read`,
    );
    return undefined;
  }
}

function addIssue(issue: z.core.$ZodIssue, problems: ProblemList): void {
  const path = toJsonPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path);
    for (const key of issue.keys) {
      problems.add(
        toJsonPath([...issue.path, toShownName(key)]),
        `is not a known key; ${toKeyHint(key, known)}`,
      );
    }
    return;
  }
  if (schemaAt(issue.path) === secretRef || isInsideSecret(issue.path)) {
    problems.add(path, 'must be {"env": "NAME"} or {"file": "path"}: a secret never stands in this file');
    return;
  }
  problems.add(path, toSchemaProblem(issue));
}

function isInsideSecret(path: readonly PropertyKey[]): boolean {
  return path.length > 0 && schemaAt(path.slice(0, -1)) === secretRef;
}

/** The schema at a path of the file, without the wrappers of optional and default values. */
function schemaAt(path: readonly PropertyKey[]): unknown {
  let schema = unwrap(merchantsFile);
  for (const part of path) {
    if (schema instanceof z.ZodObject) schema = unwrap(schema.shape[String(part)]);
    else if (schema instanceof z.ZodArray) schema = unwrap(schema.element);
    else return undefined;
  }
  return schema;
}

function unwrap(schema: unknown): unknown {
  const wrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
  return wrapped ? unwrap(schema.unwrap()) : schema;
}

function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const schema = schemaAt(path);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
