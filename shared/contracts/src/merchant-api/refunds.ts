import { z } from 'zod';
import { outRefundNo } from '../events/refund-events.ts';
import { amountFen, outTradeNo, transactionId } from '../ids.ts';
import { toEndpoint } from './endpoint.ts';

/**
 * How far a refund that was asked for here has come.
 *
 * - `requested`: it waits for its turn; WeChat Pay does not know it.
 * - `submitting`: WeChat Pay is being asked, or was and we did not learn its answer: it is queried before anything else.
 * - `processing`: WeChat Pay accepted it.
 * - `insufficient_funds`: WeChat Pay did not accept it for want of money; it is tried again under the same number.
 * - `abnormal`: the money could not be returned to where it came from; it may still become `succeeded`.
 * - `succeeded`, `closed`, `refused`: final. Of the latter two the money is free to be refunded under another number.
 */
export const refundStates = [
  'requested',
  'submitting',
  'processing',
  'insufficient_funds',
  'abnormal',
  'succeeded',
  'closed',
  'refused',
] as const;
export type RefundState = (typeof refundStates)[number];

/** The number of a refund of all of a payment, where nobody chose another: the same whoever asks, and however often. */
export function toFullRefundNo(transactionId: string): string {
  return `full_${transactionId}`;
}

const fen = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must hold no control characters and no half characters');

/** Body of `POST /v1/orders/{out_trade_no}/refunds`. https://pay.weixin.qq.com/doc/v3/merchant/4012791883 */
export const createRefundRequest = z.strictObject({
  /** 商户退款单号, unique for the merchant. It may be left out where all of a payment is refunded. */
  out_refund_no: outRefundNo.optional(),
  /** Which payment of the order; default: the one that paid it. A second or wrong one is named by its own. */
  transaction_id: transactionId.optional(),
  /** In fen. */
  amount: z.strictObject({ refund: amountFen, currency: z.literal('CNY').default('CNY') }),
  /** Told to the buyer. */
  reason: text(80).optional(),
  /** 退款商品. */
  goods_detail: z
    .array(
      z.strictObject({
        merchant_goods_id: z.string().regex(/^[0-9A-Za-z_-]{1,32}$/),
        wechatpay_goods_id: z
          .string()
          .regex(/^[0-9A-Za-z_-]{1,32}$/)
          .optional(),
        goods_name: text(256).optional(),
        unit_price: fen,
        refund_amount: fen,
        refund_quantity: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
      }),
    )
    .min(1)
    .max(100)
    .optional(),
  /** Where the money is taken from (退款资金来源): the balance, or what is not settled yet. Default: WeChat Pay's choice. */
  funds_account: z.enum(['AVAILABLE', 'UNSETTLED']).optional(),
});
export type CreateRefundRequest = z.infer<typeof createRefundRequest>;

/** What a refund waits for: its turn, an answer of WeChat Pay, its end, money in the account, or a person. */
export const refundWaits = ['turn', 'answer', 'wechat', 'money', 'person'] as const;

/** A refund: one that was asked for here, or one that was made elsewhere and that WeChat Pay told of. */
export const refundResource = z.strictObject({
  out_trade_no: z.string(),
  out_refund_no: z.string(),
  transaction_id: z.string().optional(),
  /** 微信支付退款单号, once WeChat Pay accepted it. */
  refund_id: z.string().optional(),
  amount: z.strictObject({ refund: z.number().int(), total: z.number().int(), currency: z.string() }),
  reason: z.string().optional(),
  state: z.enum(refundStates),
  /** WeChat's own word for it, as far as it is known. */
  status: z.enum(['PROCESSING', 'SUCCESS', 'ABNORMAL', 'CLOSED']).optional(),
  /** RFC 3339, as WeChat wrote it. */
  success_time: z.string().optional(),
  /** Why it is `insufficient_funds` or `refused`: WeChat's code, or ours. */
  error_code: z.string().optional(),
  /** How often WeChat Pay was asked to make it. */
  attempts: z.number().int(),
  /** Absent once nothing more is done about it. */
  waits_for: z.enum(refundWaits).optional(),
  /** When something is done about it by itself at the latest. */
  next_at: z.string().datetime().optional(),
  /** `api`, `case`, `late_payment`; `elsewhere`: in the merchant platform's console, or by another system. */
  requested_by: z.string(),
  requested_at: z.string().datetime().optional(),
  /** Since when it is in this state. */
  state_at: z.string().datetime(),
});
export type RefundResource = z.infer<typeof refundResource>;

/**
 * Where the money of a refund that is ABNORMAL shall go: to a debit card of the user (of one of the banks that WeChat Pay
 * lists), or to the merchant's own account, who then pays the user back otherwise. What names the card is encrypted for
 * WeChat Pay and kept nowhere. https://pay.weixin.qq.com/doc/v3/merchant/4013070388
 */
export const settleAbnormalRefundRequest = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('USER_BANK_CARD'),
    /** 开户银行, such as ICBC_DEBIT. */
    bank_type: z.string().regex(/^[0-9A-Z_]{1,16}$/),
    /** 收款银行卡号. */
    bank_account: z.string().regex(/^[0-9]{8,32}$/, 'must be the digits of a card'),
    /** 收款用户姓名. RSA leaves room for 214 bytes. */
    real_name: text(64),
  }),
  z.strictObject({ type: z.literal('MERCHANT_BANK_CARD') }),
]);
export type SettleAbnormalRefundRequest = z.infer<typeof settleAbnormalRefundRequest>;

const orderPath = z.strictObject({ out_trade_no: outTradeNo });
const refundPath = orderPath.extend({ out_refund_no: outRefundNo });

export const refundEndpoints = {
  createRefund: toEndpoint({
    method: 'POST',
    path: '/v1/orders/{out_trade_no}/refunds',
    auth: ['api_key'],
    summary:
      'Asks for a refund of a part of a payment or all of it. It is made by itself, each in its turn, and never comes to more than was paid. The same request may be repeated.',
    params: orderPath,
    unknownPath: 'ORDER_NOT_FOUND',
    body: createRefundRequest,
    answers: { 201: refundResource, 200: refundResource },
    problems: ['ORDER_NOT_FOUND', 'ORDER_NOT_REFUNDABLE', 'REFUND_CONFLICT', 'REFUND_EXCEEDS_PAYMENT'],
  }),
  readRefund: toEndpoint({
    method: 'GET',
    path: '/v1/orders/{out_trade_no}/refunds/{out_refund_no}',
    auth: ['api_key'],
    summary: 'How far a refund has come, and what it waits for.',
    params: refundPath,
    unknownPath: 'REFUND_NOT_FOUND',
    answers: { 200: refundResource },
    problems: ['ORDER_NOT_FOUND', 'REFUND_NOT_FOUND'],
  }),
  settleAbnormalRefund: toEndpoint({
    method: 'POST',
    path: '/v1/orders/{out_trade_no}/refunds/{out_refund_no}/abnormal',
    auth: ['api_key'],
    summary:
      'Sends the money of a refund that is ABNORMAL to a card of the user or to the merchant. The same request may be repeated.',
    params: refundPath,
    unknownPath: 'REFUND_NOT_FOUND',
    body: settleAbnormalRefundRequest,
    answers: { 200: refundResource },
    problems: [
      'ORDER_NOT_FOUND',
      'REFUND_NOT_FOUND',
      'REFUND_NOT_ABNORMAL',
      'WECHAT_REFUSED',
      'WECHAT_KEY_UNKNOWN',
    ],
  }),
} as const;
