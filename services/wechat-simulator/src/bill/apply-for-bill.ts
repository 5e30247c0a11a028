import type { Context } from '../context.ts';
import type { KnownMerchant } from '../pay/merchants.ts';
import { type ApiAnswer, PayRefusal, paramError } from '../pay/refusal.ts';
import { parseBillDate } from './bill-date.ts';
import { createBillFile } from './bill-file.ts';
import { billTypes, collectRows } from './rows-of-day.ts';
import { writeFundBill } from './write-fund-bill.ts';
import { writeTradeBill } from './write-trade-bill.ts';

/** A request for a bill. */
export interface BillCall {
  readonly merchant: KnownMerchant;
  readonly query: Readonly<Record<string, unknown>>;
  /** Where the bill can be fetched: http://host:port. */
  readonly baseUrl: string;
}

/**
 * GET /v3/bill/tradebill?bill_date&bill_type&tar_type, by a service provider also &sub_mchid: where the bill of that day
 * can be fetched, with its hash. https://pay.weixin.qq.com/doc/v3/merchant/4013071227,
 * https://pay.weixin.qq.com/doc/v3/partner/4012759683
 */
export function applyForTradeBill(context: Context, call: BillCall): Promise<ApiAnswer> {
  const { merchant, query } = call;
  const billDate = parseBillDate(query.bill_date, context.clock.now());
  const type = parseOneOf('bill_type', query.bill_type ?? 'ALL', billTypes);
  const { sub_mchid } = query;
  if (sub_mchid !== undefined && (merchant.isServiceProvider !== true || typeof sub_mchid !== 'string')) {
    throw paramError('/query/sub_mchid', '仅服务商可以传入');
  }
  const rows = collectRows(context, { mchId: merchant.mchId, billDate, type, subMchId: sub_mchid });
  if (rows.isEmpty) throw noStatement();
  return answerBill(context, call, `trade ${rows.fingerprint}`, () => writeTradeBill(rows.read(), type));
}

/**
 * GET /v3/bill/fundflowbill?bill_date&account_type&tar_type: the same for the merchant's account. Here nothing moves
 * but the basic one. https://pay.weixin.qq.com/doc/v3/merchant/4013071235
 */
export function applyForFundBill(context: Context, call: BillCall): Promise<ApiAnswer> {
  const { merchant, query } = call;
  const billDate = parseBillDate(query.bill_date, context.clock.now());
  const account = parseOneOf('account_type', query.account_type ?? 'BASIC', ['BASIC', 'OPERATION', 'FEES']);
  const rows = collectRows(context, { mchId: merchant.mchId, billDate, type: 'ALL' });
  if (account !== 'BASIC' || rows.isEmpty) throw noStatement();
  return answerBill(context, call, `fund ${rows.fingerprint}`, () => writeFundBill(rows.read()));
}

async function answerBill(
  context: Context,
  { merchant, query, baseUrl }: BillCall,
  content: string,
  readLines: () => Iterable<string>,
): Promise<ApiAnswer> {
  const isCompressed =
    query.tar_type !== undefined && parseOneOf('tar_type', query.tar_type, ['GZIP']) === 'GZIP';
  const { bill_style: style } = context.faults.settings;
  const file = createBillFile(readLines, style);
  const hash = await context.billHashes.of(file, `${style} ${content}`);
  const token = context.billDownloads.add({ mchId: merchant.mchId, file, isCompressed });
  const url = `${baseUrl}/v3/billdownload/file?token=${token}${isCompressed ? '&tartype=gzip' : ''}`;
  return { status: 200, body: { download_url: url, hash_type: 'SHA1', hash_value: hash } };
}

function parseOneOf<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  const choice = choices.find((one) => one === value);
  if (choice === undefined) throw paramError(`/query/${name}`, `只能是${choices.join('、')}`);
  return choice;
}

function noStatement(): PayRefusal {
  return new PayRefusal(400, 'NO_STATEMENT_EXIST', '请求的账单文件不存在');
}
