import { AppError } from '@huidiao/errors';

/** The last row of a page that is sorted by a time, the latest first, and then by id: the next page begins after it. */
export interface TimePlace {
  readonly at: Date;
  readonly id: string;
}

/** A place as text that a client hands back. */
export function toCursor({ at, id }: TimePlace): string {
  return Buffer.from(JSON.stringify([at.getTime(), id])).toString('base64url');
}

/** @throws AppError REQUEST_INVALID for text that is no place */
export function parseCursor(cursor: string): TimePlace {
  const [time, id] = parseList(Buffer.from(cursor, 'base64url').toString());
  const at = new Date(typeof time === 'number' ? time : Number.NaN);
  if (!Number.isNaN(at.getTime()) && typeof id === 'string') return { at, id };
  throw new AppError('REQUEST_INVALID', { message: 'This is not where a page ends.' });
}

function parseList(json: string): unknown[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
