import fs from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { deserialize, serialize } from 'bson';
import type { LogRecord } from './collection.ts';
import type { Collections } from './collections.ts';

// The file is a mark, then groups. A group is what one sync made durable: the length of its body, the checksum of
// that length, the checksum of the body (little-endian uint32 each), and the body: records as BSON, one after another.
// The length has its own checksum, for a damaged one would otherwise pass for the cut-off end of the file.
const MARK = Buffer.from('HDSTORE1');
const HEADER_BYTES = 12;

/** The changes in the order they were made, on disk. Whoever wants to be sure of those so far waits for `synced`. */
export class AppendOnlyLog {
  readonly #file: FileHandle;
  #pending: Uint8Array[] = [];
  /** The group that is being written, or was written last. */
  #written: Promise<void> = Promise.resolve();
  /** The group that gathers meanwhile. */
  #next: Promise<void> | undefined;
  syncs = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  append(record: LogRecord): void {
    this.#pending.push(serialize(record));
  }

  /** Resolves when all appended so far is on disk; after a failed write rejects for ever, for memory is then ahead. */
  synced(): Promise<void> {
    if (this.#pending.length === 0) return this.#written;
    this.#next ??= this.#written.then(() => this.#writeGroup());
    return this.#next;
  }

  /** Syncs what is left and closes the file. */
  close(): Promise<void> {
    return this.synced().finally(() => this.#file.close());
  }

  async #writeGroup(): Promise<void> {
    await setImmediate(); // what comes in the same turn of the event loop joins the group
    const group = toGroup(this.#pending);
    this.#pending = [];
    this.#written = this.#next ?? this.#written;
    this.#next = undefined;
    await this.#file.appendFile(group);
    await this.#file.datasync();
    this.syncs += 1;
  }
}

/**
 * Opens the log of a folder: replays it into the collections and writes it anew, without what a crash left of its last
 * group and what is outdated. It must be under 2 GB, which Node reads at once.
 * @throws Error if the log is damaged, and not as by a crash
 */
export async function openLog(folder: string, collections: Collections): Promise<AppendOnlyLog> {
  const path = join(folder, 'store.log');
  if (fs.existsSync(path)) replay(fs.readFileSync(path), path, collections);
  writeAnew(folder, path, collections);
  return new AppendOnlyLog(await open(path, 'a'));
}

function toGroup(records: readonly Uint8Array[]): Buffer {
  const group = Buffer.concat([Buffer.alloc(HEADER_BYTES), ...records]);
  group.writeUInt32LE(group.length - HEADER_BYTES, 0);
  group.writeUInt32LE(crc32(group.subarray(0, 4)), 4);
  group.writeUInt32LE(crc32(group.subarray(HEADER_BYTES)), 8);
  return group;
}

function replay(bytes: Buffer, path: string, collections: Collections): void {
  if (!bytes.subarray(0, MARK.length).equals(MARK)) throw new Error(`${path} is not the log of a store`);
  let at = MARK.length;
  for (let end = endOfGroup(bytes, at, path); end !== undefined; end = endOfGroup(bytes, at, path))
    for (at += HEADER_BYTES; at < end; at += bytes.readInt32LE(at))
      collections.apply(deserialize(bytes.subarray(at, at + bytes.readInt32LE(at))) as LogRecord);
}

/** Where the group ends that begins at a place; undefined if none does, or only what a crash left of the last one. */
function endOfGroup(bytes: Buffer, at: number, path: string): number | undefined {
  if (bytes.length - at < HEADER_BYTES) return undefined;
  const isLength = crc32(bytes.subarray(at, at + 4)) === bytes.readUInt32LE(at + 4);
  const end = at + HEADER_BYTES + (isLength ? bytes.readUInt32LE(at) : 0);
  const isWhole = crc32(bytes.subarray(at + HEADER_BYTES, end)) === bytes.readUInt32LE(at + 8);
  if (isLength && isWhole && end <= bytes.length) return end;
  // A crash cuts the file off, or leaves zeros in sectors of 512 that were not written yet. Whatever else is wrong may
  // have been acknowledged. https://github.com/etcd-io/etcd/blob/main/server/storage/wal/decoder.go (isTornEntry)
  const isZero = (from: number, to?: number) => bytes.subarray(from, to).every((byte) => byte === 0);
  for (let from = at; from < end; from += 512 - (from % 512))
    if (isZero(from, Math.min(end, from + 512 - (from % 512))) && isZero(end)) return undefined;
  if (end > bytes.length) return undefined;
  throw new Error(`${path} is damaged at byte ${at}, not by a crash: restore it, or move it to start empty`);
}

/** Writes a whole log beside the old one and puts it in its place; a crash leaves the one or the other. */
function writeAnew(folder: string, path: string, collections: Collections): void {
  const file = fs.openSync(`${path}.new`, 'w');
  fs.writeFileSync(file, MARK);
  for (const record of collections.records()) fs.writeFileSync(file, toGroup([serialize(record)]));
  fs.fsyncSync(file);
  fs.closeSync(file);
  fs.renameSync(`${path}.new`, path);
  if (process.platform === 'win32') return; // there a folder can neither be synced nor need be
  const parent = fs.openSync(folder, 'r');
  fs.fsyncSync(parent);
  fs.closeSync(parent);
}
