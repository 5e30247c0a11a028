import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BoundedMap } from '../bounded-map.ts';

/**
 * How a bill is written: with the byte order mark and line ends of a spreadsheet, as merchants met it in
 * https://www.codeprj.com/zh/blog/efa9a61.html, or without, as wechatpay-go's download tests have it.
 */
export type BillStyle = 'plain' | 'spreadsheet';

/** A bill as bytes that are made while they are read: a million lines take no memory. */
export interface BillFile {
  /** From the beginning, each time. */
  read(): Generator<Buffer>;
}

const chunkLength = 64 * 1_024;

/** `readLines`: the lines without their ends, from the beginning each time. */
export function createBillFile(readLines: () => Iterable<string>, style: BillStyle): BillFile {
  const end = style === 'plain' ? '\n' : '\r\n';
  return {
    read: function* () {
      let text = style === 'plain' ? '' : '\ufeff';
      for (const line of readLines()) {
        text += line + end;
        if (text.length < chunkLength) continue;
        yield Buffer.from(text);
        text = '';
      }
      if (text !== '') yield Buffer.from(text);
    },
  };
}

/** Reckons the hash_value of bills. */
export interface BillHashes {
  /**
   * SHA-1 of the file before it is compressed. A long bill takes seconds, so those of the latest bills are kept under
   * `key`, which says what is in the file: whoever gave up waiting has the answer at once when asking again.
   */
  of(file: BillFile, key: string): Promise<string>;
}

const rememberedHashes = 50;

/** Keeps the hashes of the latest 50 bills. */
export function createBillHashes(): BillHashes {
  const hashes = new BoundedMap<string, Promise<string>>(rememberedHashes);
  return {
    of: (file, key) => {
      const hash = hashes.get(key) ?? hashBill(file);
      hashes.set(key, hash);
      return hash;
    },
  };
}

/** Lets others have their turn meanwhile. */
async function hashBill(file: BillFile): Promise<string> {
  const hash = createHash('sha1');
  for (const chunk of file.read()) {
    hash.update(chunk);
    await nextTurn();
  }
  return hash.digest('hex');
}
