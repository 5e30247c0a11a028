import type { Collections } from './collections.ts';
import { type BsonDocument, CommandFailure } from './command-failure.ts';
import type { Cursors } from './cursors.ts';
import type { Note } from './filter.ts';

/** One command that arrived, and what it works on. */
export interface CommandCall {
  command: BsonDocument;
  /** The command's name, which is its first field. */
  name: string;
  collections: Collections;
  cursors: Cursors;
  note: Note;
}

/** The namespace of the collection that a field of the command names; by default the field of its own name. */
export function toNamespace({ command, name }: CommandCall, field = name): string {
  if (command[field] && typeof command[field] === 'string') return `${command.$db}.${command[field]}`;
  throw new CommandFailure(73, `Invalid namespace: '${field}' must name a collection`);
}

/** Takes a field as a whole number from 0, or undefined where it is left out. */
export function toCount(value: unknown): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0))
    return value as number | undefined;
  throw new CommandFailure(2, `not a whole number from 0: ${value}`);
}

/** Takes a field as a list. */
export function toList(value: unknown, field: string): unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw new CommandFailure(9, `BSON field '${field}' must be a nonempty array`);
}
