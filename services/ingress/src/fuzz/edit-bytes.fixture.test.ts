import fc from 'fast-check';

/** One change of some bytes, at a place that is taken modulo their number. */
export interface ByteEdit {
  readonly how: 'flip' | 'remove' | 'insert' | 'cut' | 'double' | 'rotate';
  readonly at: number;
  /** 1 to 255. */
  readonly byte: number;
}

export const byteEdits: fc.Arbitrary<ByteEdit> = fc.record({
  how: fc.constantFrom<ByteEdit['how']>('flip', 'flip', 'remove', 'insert', 'cut', 'double', 'rotate'),
  at: fc.nat(20_000),
  byte: fc.integer({ min: 1, max: 255 }),
});

/** Never the same bytes again. */
export function editBytes(bytes: Buffer, { how, at, byte }: ByteEdit): Buffer {
  const place = at % Math.max(1, bytes.length);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  const added = Buffer.from([byte]);
  switch (how) {
    case 'flip':
      return Buffer.concat([before, Buffer.from([(after[0] ?? 0) ^ byte]), after.subarray(1)]);
    case 'remove':
      return Buffer.concat([before, after.subarray(1)]);
    case 'insert':
      return Buffer.concat([before, added, after]);
    case 'cut':
      return before;
    case 'double':
      return Buffer.concat([bytes, bytes]);
    case 'rotate': {
      const rotated = Buffer.concat([after, before]);
      return rotated.equals(bytes) ? Buffer.concat([bytes, added]) : rotated;
    }
    default:
      return how satisfies never;
  }
}

/** The same of a text of printable characters, for what stands in a header or a query: never the same text again. */
export function editText(text: string, { how, at, byte }: ByteEdit): string {
  const place = at % Math.max(1, text.length);
  const [before, after] = [text.slice(0, place), text.slice(place)];
  const added = toPrintable(byte);
  switch (how) {
    case 'flip':
      return before + toPrintable(byte, after.charAt(0)) + after.slice(1);
    case 'remove':
      return before + after.slice(1);
    case 'insert':
      return before + added + after;
    case 'cut':
      return before;
    case 'double':
      return text + text;
    case 'rotate':
      return after + before === text ? text + added : after + before;
    default:
      return how satisfies never;
  }
}

const printable = '0123456789abcdefABCDEFxyzXYZ-_.~';

function toPrintable(byte: number, unlike = ''): string {
  const found = printable.charAt(byte % printable.length);
  return found === unlike ? printable.charAt((byte + 1) % printable.length) : found;
}
