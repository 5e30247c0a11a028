import type { BillRow } from './bill-row.ts';
import { toFeeFen, toYuan } from './to-yuan.ts';
import { toLine } from './write-trade-bill.ts';

const header =
  '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号';
const summaryHeader = '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额';

/**
 * The lines of a fund flow bill (资金账单), without their ends: what payments brought and refunds took, both after the
 * fee. The balance begins with 0. https://pay.weixin.qq.com/doc/v3/merchant/4013071249
 */
export function* writeFundBill(rows: Iterable<BillRow>): Generator<string> {
  const income = { count: 0, fen: 0 };
  const expense = { count: 0, fen: 0 };
  yield header;
  for (const row of rows) {
    if (row.refund?.state === 'FAIL') continue;
    const fen = toFlowFen(row);
    const sum = row.refund === undefined ? income : expense;
    sum.count += 1;
    sum.fen += fen;
    yield toFlowLine(row, fen, income.fen - expense.fen);
  }
  yield summaryHeader;
  yield toLine([
    String(income.count + expense.count),
    String(income.count),
    toYuan(income.fen),
    String(expense.count),
    toYuan(expense.fen),
  ]);
}

function toFlowLine(row: BillRow, fen: number, balanceFen: number): string {
  const { refund, totalFen, time, transactionId, mchId, outTradeNo } = row;
  const grossFen = refund?.refundFen ?? totalFen;
  const kind = refund === undefined ? '交易' : '退款';
  const gross = refund === undefined ? '结算总金额' : '退款总金额';
  return toLine([
    time,
    refund?.refundId ?? transactionId,
    transactionId,
    kind,
    kind,
    refund === undefined ? '收入' : '支出',
    toYuan(fen),
    toYuan(balanceFen),
    refund === undefined ? 'system' : `${mchId}API`,
    `${gross}${toYuan(grossFen)}元;含手续费${toYuan(toFeeFen(grossFen))}元`,
    refund?.outRefundNo ?? outTradeNo,
  ]);
}

function toFlowFen({ refund, totalFen }: BillRow): number {
  const grossFen = refund?.refundFen ?? totalFen;
  return grossFen - toFeeFen(grossFen);
}
