import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BillEntry, parseEntry, writeEntry } from './bill-entry.ts';

/**
 * Entries on disk, in partitions by their order: what belongs together is in the same partition of two such files, and
 * one partition at a time fits into memory.
 */
export interface EntryFile {
  add(entry: BillEntry): void;
  /** Writes what has come together. After every thousand `add`s or so, for they only collect; none while it is awaited. */
  flush(): Promise<void>;
  /** A partition, some entries at a time. Nothing is added from then on. */
  read(partition: number): AsyncGenerator<readonly BillEntry[]>;
  close(): Promise<void>;
}

/** One of a bill of 200 million lines is below 200 MB in memory. */
export const partitions = 256;
/** Of a partition, before it is written: all of them together are less than a MB at first, and 16 MB in a long file. */
const shortestBuffer = 1_024;
const longestBuffer = 65_536;
/** The buffer of a partition is no more than this part of it, so that there are few pieces to remember of the longest file. */
const bufferShare = 1 / 32;
const entriesAtOnce = 500;

/**
 * Makes one with a file that only its owner can read, and that has no name: whatever becomes of this process, nothing of
 * it stays. (Where a system does not take the name from an open file, the file goes when it is closed.)
 */
export async function createEntryFile(folder: string): Promise<EntryFile> {
  const path = join(folder, `huidiao-bill-${randomBytes(12).toString('hex')}`);
  const { O_RDWR, O_CREAT, O_EXCL } = constants;
  const file = await open(path, O_RDWR | O_CREAT | O_EXCL, 0o600);
  const isNameless = await rm(path).then(
    () => true,
    () => false,
  );
  const buffers = Array.from({ length: partitions }, () => createPartBuffer());
  const pieces = Array.from({ length: partitions }, (): Piece[] => []);
  const full = new Set<number>();
  let end = 0;

  async function write(partition: number): Promise<void> {
    const bytes = buffers[partition]?.take();
    if (bytes === undefined || bytes.length === 0) return;
    const at = end;
    end += bytes.length;
    await writeWhole(file, bytes, at);
    pieces[partition]?.push({ at, length: bytes.length });
  }

  return {
    add(entry) {
      const partition = toPartition(entry);
      const length = buffers[partition]?.add(`${writeEntry(entry)}\n`) ?? 0;
      if (length >= toBufferLength(end)) full.add(partition);
    },
    async flush() {
      for (const partition of full) await write(partition);
      full.clear();
    },
    async *read(partition) {
      await write(partition);
      let entries: BillEntry[] = [];
      for (const piece of pieces[partition] ?? []) {
        entries.push(...(await readPiece(file, piece)));
        if (entries.length < entriesAtOnce) continue;
        yield entries;
        entries = [];
      }
      if (entries.length > 0) yield entries;
    },
    async close() {
      await file.close();
      if (!isNameless) await rm(path, { force: true });
    },
  };
}

/** What waits to be written of a partition; as text it would be a heap of objects until then. */
function createPartBuffer() {
  let bytes = Buffer.allocUnsafe(0);
  let length = 0;
  return {
    /** @returns how many bytes wait */
    add(line: string): number {
      const needed = length + Buffer.byteLength(line);
      if (needed > bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(needed, bytes.length * 2, shortestBuffer));
        bytes.copy(larger, 0, 0, length);
        bytes = larger;
      }
      length += bytes.write(line, length);
      return length;
    },
    /** All of it, until the next `add`. */
    take(): Buffer {
      const taken = bytes.subarray(0, length);
      length = 0;
      return taken;
    },
  };
}

function toBufferLength(fileLength: number): number {
  const share = (fileLength / partitions) * bufferShare;
  return Math.min(longestBuffer, Math.max(shortestBuffer, share));
}

interface Piece {
  readonly at: number;
  readonly length: number;
}

async function writeWhole(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (await file.write(bytes, written, bytes.length - written, at + written)).bytesWritten;
  }
}

async function readPiece(file: FileHandle, { at, length }: Piece): Promise<BillEntry[]> {
  const bytes = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, at + read);
    if (bytesRead === 0) throw new Error('a file of bill entries is shorter than what was written to it');
    read += bytesRead;
  }
  return bytes.toString('utf8').split('\n').slice(0, -1).map(parseEntry);
}

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv: spreads numbers that differ in one digit. */
function toPartition({ outTradeNo }: BillEntry): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < outTradeNo.length; at += 1) {
    hash = Math.imul(hash ^ outTradeNo.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0) % partitions;
}
