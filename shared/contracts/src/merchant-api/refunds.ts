import { z } from 'zod';
import { outRefundNo } from '../events/refund-events.ts';
import { amountFenOrNone, outTradeNo, transactionId } from '../ids.ts';
import { plainText } from '../text.ts';
import { refundAmount } from './amount.ts';
import { toEndpoint } from './endpoint.ts';
import { refundResource } from './refund-resource.ts';

const goodsId = z.string().regex(/^[0-9A-Za-z_-]{1,32}$/);

const refundedGoods = z
  .strictObject({
    merchant_goods_id: goodsId.meta({
      description:
        "The merchant's number of the goods (商户侧商品编码): 1 to 32 of the characters 0-9 A-Z a-z _ -",
      examples: ['longjing-250g'],
    }),
    wechatpay_goods_id: goodsId
      .optional()
      .describe("WeChat Pay's number of the goods (微信支付商品编码): 1 to 32 of the same characters."),
    goods_name: plainText(256).optional().describe('Their name (商品名称).'),
    unit_price: amountFenOrNone.meta({ description: 'In fen (分).', examples: [4400] }),
    refund_amount: amountFenOrNone.meta({
      description: 'What is given back for them, in fen (分).',
      examples: [3000],
    }),
    refund_quantity: z
      .number()
      .int()
      .min(1)
      .max(Number.MAX_SAFE_INTEGER)
      .meta({ description: 'How many of them.', examples: [1] }),
  })
  .meta({ id: 'RefundedGoods', description: 'Goods of one kind that are given back (退款商品).' });

/** Body of `POST /v1/orders/{out_trade_no}/refunds`. https://pay.weixin.qq.com/doc/v3/merchant/4012791883 */
export const createRefundRequest = z
  .strictObject({
    out_refund_no: outRefundNo.optional().meta({
      description:
        'Names the refund for ever (商户退款单号): 1 to 64 of the characters 0-9 A-Z a-z _ - | * @, unique for the merchant. It may be left out where all of a payment is refunded.',
      examples: ['refund-20270106-0001'],
    }),
    transaction_id: transactionId
      .optional()
      .describe(
        'Which payment of the order; by default the one that paid it. A second or wrong one is named by its own.',
      ),
    amount: refundAmount,
    reason: plainText(80)
      .optional()
      .meta({ description: 'Told to the buyer.', examples: ['缺货'] }),
    goods_detail: z
      .array(refundedGoods)
      .min(1)
      .max(100)
      .optional()
      .describe('Which goods; together for no more than `amount.refund`.'),
    funds_account: z
      .enum(['AVAILABLE', 'UNSETTLED'])
      .optional()
      .describe(
        "Where the money is taken from (退款资金来源): AVAILABLE, the balance, or UNSETTLED, what is not settled yet. By default WeChat Pay's choice.",
      ),
  })
  .superRefine(({ amount, goods_detail = [] }, context) => {
    // WeChat Pay would refuse it only when its turn has come.
    const given = goods_detail.reduce((sum, goods) => sum + goods.refund_amount, 0);
    if (given <= amount.refund) return;
    const message = 'come to more than amount.refund';
    context.addIssue({ code: 'custom', path: ['goods_detail'], message });
  })
  .meta({ id: 'CreateRefundRequest', description: 'A refund of a part of a payment, or of all of it.' });
export type CreateRefundRequest = z.infer<typeof createRefundRequest>;

/** What RSA with a key of 2048 bits and OAEP (SHA-1) encrypts. https://www.rfc-editor.org/rfc/rfc8017#section-7.1.1 */
const mostEncryptedBytes = 214;

const toBankCard = z
  .strictObject({
    type: z.literal('USER_BANK_CARD').describe('To a debit card of the user.'),
    bank_type: z
      .string()
      .regex(/^[0-9A-Z_]{1,16}$/)
      .meta({ description: 'Of the banks that WeChat Pay lists (开户银行).', examples: ['ICBC_DEBIT'] }),
    bank_account: z
      .string()
      .regex(/^[0-9]{8,32}$/, 'must be the digits of a card')
      .meta({ description: 'Number of the card (收款银行卡号).', examples: ['6222020000000000000'] }),
    real_name: plainText(64)
      .refine(
        (name) => new TextEncoder().encode(name).length <= mostEncryptedBytes,
        `must have at most ${mostEncryptedBytes} bytes in UTF-8`,
      )
      .meta({
        description: `Name of the user (收款用户姓名): at most ${mostEncryptedBytes} bytes in UTF-8.`,
        examples: ['李雷'],
      }),
  })
  .meta({ id: 'RefundToBankCard', description: 'The money goes to a debit card of the user.' });

const toMerchant = z
  .strictObject({ type: z.literal('MERCHANT_BANK_CARD').describe("To the merchant's own account.") })
  .meta({
    id: 'RefundToMerchant',
    description: 'The money goes to the merchant, who pays the user back otherwise.',
  });

/** https://pay.weixin.qq.com/doc/v3/merchant/4013070388 */
export const settleAbnormalRefundRequest = z.discriminatedUnion('type', [toBankCard, toMerchant]).meta({
  id: 'SettleAbnormalRefundRequest',
  description:
    'Where the money of a refund that is ABNORMAL shall go. What names the card is encrypted for WeChat Pay and kept nowhere.',
  discriminator: {
    propertyName: 'type',
    mapping: {
      USER_BANK_CARD: '#/components/schemas/RefundToBankCard',
      MERCHANT_BANK_CARD: '#/components/schemas/RefundToMerchant',
    },
  },
});
export type SettleAbnormalRefundRequest = z.infer<typeof settleAbnormalRefundRequest>;

const orderPath = z.strictObject({ out_trade_no: outTradeNo });
const refundPath = orderPath.extend({ out_refund_no: outRefundNo });

export const refundEndpoints = {
  createRefund: toEndpoint({
    method: 'POST',
    path: '/v1/orders/{out_trade_no}/refunds',
    auth: ['api_key'],
    summary: 'Asks for a refund (退款)',
    description:
      'Of a part of a payment, or of all of it. It is made by itself, those of one order in turns of 65 s, and all refunds of a payment never come to more than was paid. Until WeChat Pay says that it was made, the order may still be shipped. The same request may be repeated.',
    params: orderPath,
    unknownPath: 'ORDER_NOT_FOUND',
    body: createRefundRequest,
    largestBodyBytes: 512 * 1_024,
    answers: { 201: refundResource, 200: refundResource },
    location: true,
    problems: ['ORDER_NOT_FOUND', 'ORDER_NOT_REFUNDABLE', 'REFUND_CONFLICT', 'REFUND_EXCEEDS_PAYMENT'],
  }),
  readRefund: toEndpoint({
    method: 'GET',
    path: '/v1/orders/{out_trade_no}/refunds/{out_refund_no}',
    auth: ['api_key'],
    summary: 'How far a refund has come',
    description:
      "Its state and what it waits for; also of a refund that was made in the merchant platform's console.",
    params: refundPath,
    unknownPath: 'REFUND_NOT_FOUND',
    answers: { 200: refundResource },
    problems: ['ORDER_NOT_FOUND', 'REFUND_NOT_FOUND'],
  }),
  settleAbnormalRefund: toEndpoint({
    method: 'POST',
    path: '/v1/orders/{out_trade_no}/refunds/{out_refund_no}/abnormal',
    auth: ['api_key'],
    summary: 'Sends the money of an ABNORMAL refund elsewhere (异常退款)',
    description:
      'To a debit card of the user or to the merchant, where it could not be returned to where it came from. The same request may be repeated.',
    params: refundPath,
    unknownPath: 'REFUND_NOT_FOUND',
    body: settleAbnormalRefundRequest,
    answers: { 200: refundResource },
    problems: [
      'ORDER_NOT_FOUND',
      'REFUND_NOT_FOUND',
      'REFUND_NOT_ABNORMAL',
      'COMBINED_PART_NOT_CONFIGURED',
      'WECHAT_REFUSED',
      'WECHAT_KEY_UNKNOWN',
    ],
  }),
} as const;
