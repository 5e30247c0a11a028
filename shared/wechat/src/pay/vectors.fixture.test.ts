import { readFileSync } from 'node:fs';

const folder = new URL('../../test/vectors/pay/', import.meta.url);

/** The bytes of a vector, by its path under test/vectors/pay. */
export function vectorBytes(path: string): Buffer {
  return readFileSync(new URL(path, folder));
}

export function vectorText(path: string): string {
  return vectorBytes(path).toString('utf8');
}

/** A JSON vector in the shape that the caller knows it has. */
export function vectorJson<T>(path: string): T {
  return JSON.parse(vectorText(path));
}
