import type { Router } from 'express';
import { z } from 'zod';
import type { BillKey } from '../bill/bill-book.ts';
import type { BillRowToAdd } from '../bill/bill-row.ts';
import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import { control } from './control-route.ts';

const text = z.string().min(1).max(512);
const fen = z.number().int().min(1);
const key = z.union([z.strictObject({ out_trade_no: text }), z.strictObject({ out_refund_no: text })]);
const alteredKey = z.union([
  z.strictObject({ out_trade_no: text, fen }),
  z.strictObject({ out_refund_no: text, fen }),
]);

const addedRow = z.strictObject({
  out_trade_no: text,
  total: fen,
  transaction_id: text.optional(),
  appid: text.optional(),
  openid: text.optional(),
  sub_mchid: text.optional(),
  trade_type: text.optional(),
  description: z.string().max(512).optional(),
  attach: z.string().max(128).optional(),
  /** Beijing's, of that day. */
  time: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/)
    .optional(),
  refund: z
    .strictObject({
      out_refund_no: text,
      refund: fen,
      refund_id: text.optional(),
      state: z.enum(['SUCCESS', 'PROCESSING', 'FAIL', 'CHANGE']).optional(),
    })
    .optional(),
});

/** POST /simulator/bill-rows: a day's bill is to differ from what happened here. */
const billRows = z.strictObject({
  mchid: text,
  bill_date: z.iso.date(),
  add: z.array(addedRow).max(10_000).optional(),
  drop: z.array(key).max(10_000).optional(),
  alter: z.array(alteredKey).max(10_000).optional(),
  synthetic: z
    .strictObject({
      count: z.number().int().min(0).max(10_000_000),
      out_trade_no_prefix: text,
      total: fen.optional(),
      appid: text.optional(),
    })
    .optional(),
});

/** What merchants' bills say beyond what happened here. */
export function addBills(router: Router, context: Context): void {
  router.post(
    '/bill-rows',
    control(billRows, ({ mchid, bill_date, add, drop, alter, synthetic }) => {
      if (!context.merchants.has(mchid)) throw new ControlRefusal(404, 'MERCHANT_UNKNOWN', 'no such mchid');
      context.bills.change(mchid, bill_date, {
        add: add?.map(toAddedRow),
        drop: drop?.map(toKey),
        alter: alter?.map(({ fen: amountFen, ...named }) => ({ ...toKey(named), fen: amountFen })),
        synthetic: synthetic && {
          count: synthetic.count,
          outTradeNoPrefix: synthetic.out_trade_no_prefix,
          totalFen: synthetic.total,
          appId: synthetic.appid,
        },
      });
    }),
  );
}

function toKey(named: z.output<typeof key>): BillKey {
  return 'out_trade_no' in named ? { outTradeNo: named.out_trade_no } : { outRefundNo: named.out_refund_no };
}

function toAddedRow({ refund, ...row }: z.output<typeof addedRow>): BillRowToAdd {
  const optional = {
    transactionId: row.transaction_id,
    appId: row.appid,
    openId: row.openid,
    subMchId: row.sub_mchid,
    tradeType: row.trade_type,
    description: row.description,
    attach: row.attach,
    time: row.time,
  };
  const said = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return {
    outTradeNo: row.out_trade_no,
    totalFen: row.total,
    ...said,
    refund: refund && {
      outRefundNo: refund.out_refund_no,
      refundFen: refund.refund,
      refundId: refund.refund_id,
      state: refund.state,
    },
  };
}
