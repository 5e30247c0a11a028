import { deserialize, serialize } from 'bson';
import type { BsonDocument } from './command-failure.ts';

// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
/** The largest message taken in. */
export const MAX_MESSAGE_BYTES = 48_000_000;
/** Of the header, what comes after the length of the message. */
const HEADER_BYTES = 12;
const [OP_REPLY, OP_QUERY, OP_MSG] = [1, 2004, 2013];
const MORE_TO_COME = 2;
/** A receiver must know each flag of 0 to 15 that is set. Only moreToCome is known here; drivers send no checksum. */
const UNKNOWN_FLAGS = 0xffff & ~MORE_TO_COME;

/** A request: `isLegacy` if it is the OP_QUERY that drivers begin with, and is answered by an OP_REPLY. */
export interface Request {
  requestId: number;
  isLegacy: boolean;
  wantsReply: boolean;
  command: BsonDocument;
}

/**
 * @param message without its first four bytes, the length
 * @throws Error for anything but an OP_MSG or the OP_QUERY of a handshake, and for malformed BSON
 */
export function parseRequest(message: Buffer): Request {
  const requestId = message.readInt32LE(0);
  const opCode = message.readInt32LE(8);
  const flags = message.readUInt32LE(HEADER_BYTES);
  if (opCode === OP_QUERY) {
    const [collection, end] = readText(message, HEADER_BYTES + 4);
    if (collection !== 'admin.$cmd') throw new Error('an OP_QUERY of documents');
    const command = { ...readDocument(message, end + 8)[0], $db: 'admin' };
    return { requestId, isLegacy: true, wantsReply: true, command };
  }
  if (opCode !== OP_MSG || (flags & UNKNOWN_FLAGS) !== 0) throw new Error(`the operation ${opCode}`);
  const wantsReply = (flags & MORE_TO_COME) === 0;
  return { requestId, isLegacy: false, wantsReply, command: readSections(message) };
}

/** Gives the bytes of the answer to a request. */
export function toReplyMessage({ requestId, isLegacy }: Request, reply: BsonDocument): Buffer {
  const body = serialize(reply);
  const before = Buffer.alloc(isLegacy ? 36 : 21); // the header, then flags and the cursor, or flags and a kind
  before.writeInt32LE(before.length + body.length, 0);
  before.writeInt32LE(requestId, 8);
  before.writeInt32LE(isLegacy ? OP_REPLY : OP_MSG, 12);
  if (isLegacy) before.writeInt32LE(1, 32); // numberReturned
  return Buffer.concat([before, body]);
}

/** A body, and lists of documents that were too long for it. */
function readSections(message: Buffer): BsonDocument {
  let command: BsonDocument | undefined;
  const sequences: Record<string, BsonDocument[]> = {};
  for (let at = HEADER_BYTES + 4; at < message.length; ) {
    const kind = message.readUInt8(at);
    if (kind === 0) [command, at] = readDocument(message, at + 1);
    else {
      const end = at + 1 + message.readInt32LE(at + 1);
      const [name, start] = readText(message, at + 5);
      const documents: BsonDocument[] = [];
      sequences[name] = documents;
      for (at = start; at < end; ) [documents[documents.length], at] = readDocument(message, at);
      if (kind !== 1 || at !== end) throw new Error('a malformed section');
    }
  }
  if (command === undefined) throw new Error('a message without a body');
  return { ...command, ...sequences };
}

/** Gives a document and where it ends. bson throws if that is outside the message. */
function readDocument(message: Buffer, at: number): [BsonDocument, number] {
  const end = at + message.readInt32LE(at);
  return [deserialize(message.subarray(at, end)), end];
}

/** Gives a text and the place after the zero byte that ends it. */
function readText(message: Buffer, from: number): [string, number] {
  const end = message.indexOf(0, from);
  if (end < 0) throw new Error('a text without an end');
  return [message.toString('utf8', from, end), end + 1];
}
