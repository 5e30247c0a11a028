import { MingoError } from 'mingo/util';

/** A document as BSON decodes it: plain objects, arrays, numbers, Date, and bson's own classes for the rest. */
export type BsonDocument = Record<string, unknown>;

/**
 * A command, or one statement of a write command, that fails with one of MongoDB's codes:
 * https://github.com/mongodb/mongo/blob/v7.0/src/mongo/base/error_codes.yml
 */
export class CommandFailure extends Error {
  readonly code: number;
  /** Further fields of the error document, such as keyPattern and keyValue. */
  readonly facts: BsonDocument;

  constructor(code: number, message: string, facts: BsonDocument = {}) {
    super(message);
    this.code = code;
    this.facts = facts;
  }
}

/** The failure for whatever MongoDB has and this store leaves out: CommandNotFound, and a message that names it. */
export function notImplemented(what: string): CommandFailure {
  return new CommandFailure(59, `the embedded store does not implement ${what}; use a MongoDB server for it`);
}

/** The error fields for whatever was thrown; mingo's own errors are about malformed operands. */
export function toErrorFields(error: unknown): BsonDocument {
  if (error instanceof CommandFailure) return { errmsg: error.message, code: error.code, ...error.facts };
  return { errmsg: String(error), code: error instanceof MingoError ? 2 : 1 };
}
