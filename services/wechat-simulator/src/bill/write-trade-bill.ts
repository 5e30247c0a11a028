import type { BillRow } from './bill-row.ts';
import type { BillType } from './rows-of-day.ts';
import { feeRate, toFeeFen, toFeeYuan, toYuan } from './to-yuan.ts';

/*
 * The columns of a trade bill (交易账单) by type: SUCCESS has none about refunds, REFUND has two times more.
 * https://pay.weixin.qq.com/doc/v3/merchant/4013071246
 */

const first = [
  '交易时间',
  '公众账号ID',
  '商户号',
  '特约商户号',
  '设备号',
  '微信订单号',
  '商户订单号',
  '用户标识',
  '交易类型',
  '交易状态',
  '付款银行',
  '货币种类',
  '应结订单金额',
  '代金券金额',
] as const;
const ofRefund = [
  '微信退款单号',
  '商户退款单号',
  '退款金额',
  '充值券退款金额',
  '退款类型',
  '退款状态',
] as const;
const goods = ['商品名称', '商户数据包', '手续费', '费率', '订单金额'] as const;

type Column =
  | (typeof first)[number]
  | (typeof ofRefund)[number]
  | (typeof goods)[number]
  | '退款申请时间'
  | '退款成功时间'
  | '申请退款金额'
  | '费率备注';

const columnsOf: Readonly<Record<BillType, readonly Column[]>> = {
  ALL: [...first, ...ofRefund, ...goods, '申请退款金额', '费率备注'],
  SUCCESS: [...first, ...goods, '费率备注'],
  REFUND: [...first, '退款申请时间', '退款成功时间', ...ofRefund, ...goods, '申请退款金额', '费率备注'],
};

const values: Readonly<Record<Column, (row: BillRow) => string>> = {
  交易时间: ({ time }) => time,
  公众账号ID: ({ appId }) => appId,
  商户号: ({ mchId }) => mchId,
  特约商户号: ({ subMchId }) => subMchId ?? '0',
  设备号: () => '',
  微信订单号: ({ transactionId }) => transactionId,
  商户订单号: ({ outTradeNo }) => outTradeNo,
  用户标识: ({ openId }) => openId,
  交易类型: ({ tradeType }) => tradeType,
  交易状态: ({ refund }) => (refund === undefined ? 'SUCCESS' : 'REFUND'),
  付款银行: () => 'OTHERS',
  货币种类: ({ currency }) => currency,
  应结订单金额: (row) => toYuan(toPaidFen(row)),
  代金券金额: () => '0.00',
  退款申请时间: ({ time }) => time,
  退款成功时间: ({ refund }) => refund?.succeededAt ?? '',
  微信退款单号: ({ refund }) => refund?.refundId ?? '0',
  商户退款单号: ({ refund }) => refund?.outRefundNo ?? '0',
  退款金额: ({ refund }) => toYuan(refund?.refundFen ?? 0),
  充值券退款金额: () => '0.00',
  退款类型: ({ refund }) => (refund === undefined ? '' : 'ORIGINAL'),
  退款状态: ({ refund }) => refund?.state ?? '',
  商品名称: ({ description }) => escapeText(description),
  商户数据包: ({ attach }) => escapeText(attach),
  手续费: (row) => toFeeYuan(toSignedFeeFen(row)),
  费率: () => feeRate,
  订单金额: (row) => toYuan(toPaidFen(row)),
  申请退款金额: ({ refund }) => toYuan(refund?.refundFen ?? 0),
  费率备注: () => '',
};

const summaryHeader =
  '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';

/** The lines of a trade bill, without their ends: a header, the rows, and two lines that sum up. */
export function* writeTradeBill(rows: Iterable<BillRow>, type: BillType): Generator<string> {
  const columns = columnsOf[type];
  const cells = columns.map((column) => values[column]);
  let count = 0;
  let paidFen = 0;
  let refundedFen = 0;
  let feeFen = 0;
  yield columns.join(',');
  for (const row of rows) {
    count += 1;
    paidFen += toPaidFen(row);
    refundedFen += row.refund?.refundFen ?? 0;
    feeFen += toSignedFeeFen(row);
    // Built up rather than joined, which takes half as long again for a million lines.
    let line = '';
    for (const toCell of cells) line += line === '' ? `\`${toCell(row)}` : `,\`${toCell(row)}`;
    yield line;
  }
  yield summaryHeader;
  const [paid, refunded] = [toYuan(paidFen), toYuan(refundedFen)];
  yield toLine([String(count), paid, refunded, '0.00', toFeeYuan(feeFen), paid, refunded]);
}

/** Each field begins with a backtick, so that a spreadsheet takes no long number for a float. */
export function toLine(cells: readonly string[]): string {
  return `\`${cells.join(',`')}`;
}

/** What merchants write themselves has neither commas nor line feeds: the page named above. */
function escapeText(text: string): string {
  if (!/[,\r\n]/.test(text)) return text;
  return text.replaceAll(',', '\\ ').replaceAll('\r', '\\r').replaceAll('\n', '\\n');
}

/** The line of a refund says 0.00 for the order. */
function toPaidFen({ refund, totalFen }: BillRow): number {
  return refund === undefined ? totalFen : 0;
}

/** A refund gives its share of the fee back. */
function toSignedFeeFen({ refund, totalFen }: BillRow): number {
  return refund === undefined ? toFeeFen(totalFen) : -toFeeFen(refund.refundFen);
}
