import { createHash } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import { AppError, toAppError } from '@huidiao/errors';
import { z } from 'zod';
import type { PayRequest } from '../send-pay-request.ts';
import type { UnreadRows } from './compare-summary.ts';
import { type BillLimits, createTradeBillReader, defaultBillLimits } from './trade-bill-reader.ts';
import type { TradeBillRow } from './trade-bill-row.ts';

/** Which bill: of a day in Beijing, `2026-11-22`. */
export interface WantedTradeBill {
  readonly billDate: string;
  readonly billType: 'ALL' | 'SUCCESS' | 'REFUND';
  /** Of one merchant below a service provider. */
  readonly subMchId?: string | undefined;
  readonly limits?: Partial<BillLimits> | undefined;
  /** Ends the download. */
  readonly signal?: AbortSignal | undefined;
}

/** A bill that was read to its end, and found right. */
export interface TradeBill {
  /** All of them, those that could not be read too. */
  readonly rows: number;
  readonly unread: UnreadRows;
  /** Of the file, after it was unpacked. */
  readonly bytes: number;
}

/** What WeChat Pay is asked about bills. */
export interface BillCalls {
  /**
   * 交易账单, in constant memory however long it is. `onRows` is given its rows as they come, and is waited for; they count
   * for nothing unless this resolves, for only the end tells whether hash, count and sums are right.
   *
   * @returns undefined where the day has none
   * @throws AppError BILL_NOT_READY, BILL_HASH_DIFFERS, BILL_NOT_UNDERSTOOD, BILL_TOO_LONG, WECHAT_*; what `onRows` throws
   */
  tradeBill(
    wanted: WantedTradeBill,
    onRows: (rows: readonly TradeBillRow[]) => Promise<void>,
  ): Promise<TradeBill | undefined>;
}

export interface BillCallsOptions {
  /** Makes a signed request and gives its verified answer. */
  readonly fire: (request: PayRequest) => Promise<unknown>;
  /** The bytes at a download_url, unpacked. */
  readonly download: (downloadUrl: string, signal: AbortSignal) => AsyncIterable<Buffer>;
}

/** A day of a hundred million lines is compared as it comes. One that hangs ends by its silence. */
const longestDownloadMs = 6 * 60 * 60_000;

/** https://pay.weixin.qq.com/doc/v3/merchant/4013071227 */
const applied = z.looseObject({
  download_url: z.string().min(1).max(2_048),
  hash_type: z.literal('SHA1'),
  hash_value: z.string().regex(/^[0-9A-Fa-f]{40}$/),
});

/** Asks for the bill with `fire`, and reads it with `download`; a download may take six hours. */
export function createBillCalls({ fire, download }: BillCallsOptions): BillCalls {
  return {
    async tradeBill(wanted, onRows) {
      const bill = await applyFor(fire, wanted);
      if (bill === undefined) return undefined;
      const limit = AbortSignal.timeout(longestDownloadMs);
      const signal = wanted.signal === undefined ? limit : AbortSignal.any([limit, wanted.signal]);
      const limits = { ...defaultBillLimits, ...wanted.limits };
      return await readBill(download(bill.url, signal), { hash: bill.hash, limits, onRows });
    },
  };
}

async function applyFor(fire: BillCallsOptions['fire'], { billDate, billType, subMchId }: WantedTradeBill) {
  const query = new URLSearchParams({ bill_date: billDate, bill_type: billType, tar_type: 'GZIP' });
  if (subMchId !== undefined) query.set('sub_mchid', subMchId);
  try {
    const answer = await fire({ api: 'trade-bill', method: 'GET', path: `/v3/bill/tradebill?${query}` });
    const parsed = applied.safeParse(answer);
    if (parsed.success) return { url: parsed.data.download_url, hash: parsed.data.hash_value.toLowerCase() };
    throw new AppError('WECHAT_SYSTEM_ERROR', { details: { reason: 'answer_not_understood' } });
  } catch (error) {
    if (toAppError(error).code === 'WECHAT_NOT_FOUND') return undefined;
    throw error;
  }
}

interface Reading {
  readonly hash: string;
  readonly limits: BillLimits;
  readonly onRows: (rows: readonly TradeBillRow[]) => Promise<void>;
}

/** A file that was damaged on its way says so by its hash, whatever could not be read in it: it is read to its end. */
async function readBill(
  chunks: AsyncIterable<Buffer>,
  { hash, limits, onRows }: Reading,
): Promise<TradeBill> {
  const reader = createTradeBillReader(limits);
  const sha1 = createHash('sha1');
  const decoder = new StringDecoder('utf8');
  let bytes = 0;
  let failure: AppError | undefined;
  for await (const chunk of chunks) {
    sha1.update(chunk);
    bytes += chunk.length;
    if (bytes > limits.mostBytes) throw tooLarge(limits);
    if (failure !== undefined) continue;
    const rows = attempt(() => reader.feed(decoder.write(chunk)));
    if (rows instanceof AppError) failure = rows;
    else if (rows.length > 0) await onRows(rows);
  }
  const found = sha1.digest('hex');
  if (found !== hash) throw new AppError('BILL_HASH_DIFFERS', { details: { told: hash, found, bytes } });
  if (failure !== undefined) throw failure;
  const { rows, count, unread } = reader.end();
  if (rows.length > 0) await onRows(rows);
  return { rows: count, bytes, unread };
}

function attempt<T>(read: () => T): T | AppError {
  try {
    return read();
  } catch (error) {
    return toAppError(error);
  }
}

function tooLarge({ mostBytes }: BillLimits): AppError {
  return new AppError('BILL_TOO_LONG', { details: { reason: 'too_large', most: mostBytes } });
}
