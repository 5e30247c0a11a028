import { parseYuan } from './yuan.ts';

/**
 * A line of a trade bill (交易账单), of the merchant or of one below a service provider. Amounts in fen.
 * https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
 */
export interface TradeBillRow {
  /** `other`: 撤销 (REVOKED) and whatever else tills do; neither a payment nor a refund of one. */
  readonly kind: 'payment' | 'refund' | 'other';
  readonly appId: string;
  readonly mchId: string;
  /** 特约商户号; absent for a direct merchant's. */
  readonly subMchId?: string;
  readonly transactionId: string;
  readonly outTradeNo: string;
  readonly currency: string;
  /** Of a payment what was to be paid (订单金额), of a refund what was asked for (申请退款金额). */
  readonly amountFen: number;
  readonly refund?: {
    readonly refundId: string;
    readonly outRefundNo: string;
    /** WeChat's own word, as it was when the bill was made: SUCCESS, PROCESSING, FAIL, CHANGE. */
    readonly state: string;
  };
}

/** What the last line of a bill sums up, of the lines read. Those that the bill lacks a column for stay 0. */
export interface BillSums {
  count: number;
  readonly fen: Record<SummedColumn, number>;
  /** Rows whose whole amounts are less than what of them is settled, which no row should have. */
  odd: number;
}

/** Column → its name in the summary. */
export const summedColumns = {
  应结订单金额: '应结订单总金额',
  退款金额: '退款总金额',
  订单金额: '订单总金额',
  申请退款金额: '申请退款总金额',
} as const;
export type SummedColumn = keyof typeof summedColumns;

/** An amount with vouchers (券) → what of it is settled: never more. */
export const settledPart: Readonly<Partial<Record<SummedColumn, SummedColumn>>> = {
  订单金额: '应结订单金额',
  申请退款金额: '退款金额',
};

const needed = [
  '公众账号ID',
  '商户号',
  '微信订单号',
  '商户订单号',
  '交易状态',
  '货币种类',
  '应结订单金额',
] as const;

/** Amounts of a row in fen, as far as the bill has columns of them. */
export type RowAmounts = Readonly<Partial<Record<SummedColumn, number>>>;

export interface RowReader {
  /** A line's cells as a row, added to the sums; or the column that cannot be read. */
  read(cells: readonly string[], sums: BillSums): TradeBillRow | { readonly unreadable: string };
  /** The amounts in the first `count` cells; undefined where one of them is none. */
  readFirst(cells: readonly string[], count: number): RowAmounts | undefined;
}

/**
 * Reads rows by the names of the header, whose order is not fixed.
 * @returns the name of a column that is missing, or how its rows are read
 */
export function createRowReader(columns: readonly string[]): RowReader | { readonly missing: string } {
  const places = new Map(columns.map((name, place) => [name, place]));
  const missing = needed.find((name) => !places.has(name));
  if (missing !== undefined) return { missing };
  const place = (name: string): number => places.get(name) ?? -1;
  const at = {
    appId: place('公众账号ID'),
    mchId: place('商户号'),
    subMchId: place('特约商户号'),
    transactionId: place('微信订单号'),
    outTradeNo: place('商户订单号'),
    state: place('交易状态'),
    currency: place('货币种类'),
    refundId: place('微信退款单号'),
    outRefundNo: place('商户退款单号'),
    refundState: place('退款状态'),
  };
  const amounts = (Object.keys(summedColumns) as SummedColumn[])
    .map((name) => ({ name, place: place(name) }))
    .filter((column) => column.place >= 0);
  const orderAmount = places.has('订单金额') ? '订单金额' : '应结订单金额';
  const refundAmount = places.has('申请退款金额') ? '申请退款金额' : '退款金额';

  function readAmounts(
    cells: readonly string[],
    wanted: typeof amounts,
  ): RowAmounts | { readonly unreadable: string } {
    const fen: Partial<Record<SummedColumn, number>> = {};
    for (const column of wanted) {
      const amount = parseYuan(cells[column.place] ?? '');
      if (amount === undefined) return { unreadable: column.name };
      fen[column.name] = amount;
    }
    return fen;
  }

  function readFirst(cells: readonly string[], count: number): RowAmounts | undefined {
    const found = readAmounts(
      cells,
      amounts.filter((column) => column.place < count),
    );
    return 'unreadable' in found ? undefined : found;
  }

  function read(cells: readonly string[], sums: BillSums): TradeBillRow | { readonly unreadable: string } {
    const cell = (where: number): string => cells[where] ?? '';
    const fen = readAmounts(cells, amounts);
    if ('unreadable' in fen) return fen;
    for (const column of amounts) sums.fen[column.name] += fen[column.name] ?? 0;
    sums.count += 1;
    if (isOdd(fen)) sums.odd += 1;
    const state = cell(at.state);
    const kind = state === 'SUCCESS' ? 'payment' : state === 'REFUND' ? 'refund' : 'other';
    const subMchId = cell(at.subMchId);
    return {
      kind,
      appId: cell(at.appId),
      mchId: cell(at.mchId),
      ...(subMchId !== '' && subMchId !== '0' && { subMchId }),
      transactionId: cell(at.transactionId),
      outTradeNo: cell(at.outTradeNo),
      currency: cell(at.currency),
      amountFen: fen[kind === 'refund' ? refundAmount : orderAmount] ?? 0,
      ...(kind === 'refund' && {
        refund: {
          refundId: cell(at.refundId),
          outRefundNo: cell(at.outRefundNo),
          state: cell(at.refundState),
        },
      }),
    };
  }

  return { read, readFirst };
}

function isOdd(fen: RowAmounts): boolean {
  return Object.entries(settledPart).some(
    ([whole, part]) => (fen[whole as SummedColumn] ?? Number.POSITIVE_INFINITY) < (fen[part] ?? 0),
  );
}
