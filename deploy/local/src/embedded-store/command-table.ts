import type { CommandCall } from './command-call.ts';
import { type BsonDocument, CommandFailure, notImplemented, toErrorFields } from './command-failure.ts';
import { FILTER_OPERATORS } from './filter.ts';
import { createIndexes, dropIndexes, INDEX_OPTIONS, listIndexes } from './index-commands.ts';
import { find, getMore, killCursors } from './read-commands.ts';
import { UPDATE_OPERATORS } from './update-document.ts';
import { MAX_MESSAGE_BYTES } from './wire-protocol.ts';
import { findAndModify, insert } from './write-commands.ts';

/** What runs a command, and the fields that it understands beside those of every command. */
type Command = readonly [run: (call: CommandCall) => BsonDocument, ...fields: string[]];

/** What drivers say of themselves in a handshake; none of it asks for anything here. */
const HANDSHAKE = ['helloOk', 'client', 'compression', 'backpressure'];
const COMMANDS: Readonly<Record<string, Command>> = {
  hello: [answerHello, ...HANDSHAKE],
  ismaster: [answerHello, ...HANDSHAKE],
  ping: [() => ({})],
  find: [find, 'filter', 'sort', 'limit', 'singleBatch', 'batchSize'],
  getMore: [getMore, 'collection', 'batchSize'],
  killCursors: [killCursors, 'cursors'],
  insert: [insert, 'documents', 'ordered'],
  findAndModify: [findAndModify, 'query', 'update', 'upsert', 'new', 'remove'],
  createIndexes: [createIndexes, 'indexes'],
  listIndexes: [listIndexes, 'cursor'],
  dropIndexes: [dropIndexes, 'index'],
  dropDatabase: [dropDatabase],
};

/** These change nothing here: one process runs each command at once, whole, and syncs it before its reply. */
const COMMON = ['$db', '$readPreference', 'writeConcern', 'maxTimeMS'];

/** Everything that the store implements; the rest is refused with code 59. */
export const SUPPORTED_OPERATIONS: Readonly<Record<'commands' | 'operators', readonly string[]>> = {
  commands: Object.keys(COMMANDS),
  operators: [...FILTER_OPERATORS, ...UPDATE_OPERATORS, 'upsert', ...INDEX_OPTIONS],
};

/** Runs a command to its end, and gives its reply; a failure is a reply with `ok: 0`. */
export function runCommand(call: CommandCall): BsonDocument {
  const { command, name, note } = call;
  try {
    const [run, ...fields] = (Object.hasOwn(COMMANDS, name) && COMMANDS[name]) || [];
    if (run === undefined) throw notImplemented(`the command ${name}`);
    const unknown = Object.keys(command).find((field) => ![name, ...fields, ...COMMON].includes(field));
    if (unknown !== undefined) throw notImplemented(`the field ${unknown} of ${name}`);
    const { w } = { ...(command.writeConcern as BsonDocument | undefined) };
    if (Number(w) > 1) throw new CommandFailure(100, 'Not enough data-bearing nodes: this is one process');
    note('');
    // Drivers send false for what nobody asked for.
    for (const field of [...fields, ...COMMON.slice(1)]) if (command[field]) note(`option:${field}`);
    return { ...run(call), ok: 1 };
  } catch (error) {
    return { ok: 0, ...toErrorFields(error) };
  }
}

/** A standalone server that is like MongoDB 7 on the wire, without sessions, and so without retryable writes. */
function answerHello({ command }: CommandCall): BsonDocument {
  return {
    ismaster: true,
    isWritablePrimary: true,
    helloOk: command.helloOk === true,
    maxBsonObjectSize: 16 * 1024 * 1024,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    minWireVersion: 0,
    maxWireVersion: 21,
  };
}

function dropDatabase({ collections, command }: CommandCall): BsonDocument {
  collections.dropDatabase(String(command.$db));
  return {};
}
