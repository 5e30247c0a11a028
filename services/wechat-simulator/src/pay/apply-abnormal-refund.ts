import { constants, type KeyObject, privateDecrypt } from 'node:crypto';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { KnownMerchant } from './merchants.ts';
import { writeInOrder } from './prepay-order.ts';
import type { Refund } from './refund-book.ts';
import { assertParties } from './refund-order.ts';
import { type ApiAnswer, PayRefusal, paramError } from './refusal.ts';
import { settleRefund } from './settle-refund.ts';
import { toRefundAnswer } from './to-refund.ts';

/** Body of it. https://pay.weixin.qq.com/doc/v3/merchant/4013070388, https://pay.weixin.qq.com/doc/v3/partner/4017150905 */
const abnormalRequest = z.object({
  sub_mchid: z.string().optional(),
  out_refund_no: z.string().min(1).max(64),
  type: z.enum(['USER_BANK_CARD', 'MERCHANT_BANK_CARD']),
  bank_type: z.string().min(1).max(16).optional(),
  bank_account: z.string().max(1_024).optional(),
  real_name: z.string().max(1_024).optional(),
});
type AbnormalRequest = z.infer<typeof abnormalRequest>;

/**
 * POST /v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund: a refund that is ABNORMAL goes to the user's bank
 * card or the merchant's account instead; it is PROCESSING again and SUCCESS after `refund_delay_ms`. The card and the
 * name come encrypted under the key that Wechatpay-Serial names. `serial`: that header.
 */
export function applyAbnormalRefund(
  context: Context,
  call: {
    readonly merchant: KnownMerchant;
    readonly refundId: string;
    readonly body: unknown;
    readonly serial: string | undefined;
  },
): ApiAnswer {
  const parsed = abnormalRequest.safeParse(call.body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw paramError(`/body/${issue?.path.join('/') ?? ''}`, issue?.message ?? '无效');
  }
  const refund = findRefund(context, call.merchant, call.refundId, parsed.data);
  const content = writeInOrder(call.body);
  if (refund.abnormalContent === content) return { status: 200, body: toRefundAnswer(refund) };
  if (refund.state !== 'ABNORMAL') throw new PayRefusal(400, 'INVALID_REQUEST', '退款单状态不是退款异常');
  if (parsed.data.type === 'USER_BANK_CARD') assertCard(context, parsed.data, call.serial);
  refund.abnormalContent = content;
  refund.state = 'PROCESSING';
  context.clock.schedule(context.clock.now() + context.faults.settings.refund_delay_ms, () => {
    if (refund.state === 'PROCESSING') settleRefund(context, refund, 'SUCCESS');
  });
  return { status: 200, body: toRefundAnswer(refund) };
}

function findRefund(
  context: Context,
  merchant: KnownMerchant,
  refundId: string,
  { out_refund_no, sub_mchid }: AbnormalRequest,
): Refund {
  const refund = context.refunds.find(merchant.mchId, out_refund_no);
  if (refund === undefined || refund.refundId !== refundId) {
    throw new PayRefusal(404, 'RESOURCE_NOT_EXISTS', '退款单不存在');
  }
  assertParties(merchant, refund.order, sub_mchid, '/body/sub_mchid');
  return refund;
}

function assertCard(context: Context, request: AbnormalRequest, serial: string | undefined): void {
  if (request.bank_type === undefined) throw paramError('/body/bank_type', '退款至用户时必填');
  const key = serial === undefined ? undefined : context.platformKeys.forAnswer(serial);
  if (key === undefined)
    throw paramError('/header/Wechatpay-Serial', '请设置加密敏感字段的公钥ID或证书序列号');
  for (const name of ['bank_account', 'real_name'] as const) {
    const encrypted = Buffer.from(request[name] ?? '', 'base64');
    if (!opens(encrypted, key.privateKey)) throw paramError(`/body/${name}`, '敏感字段解密失败');
  }
}

/** RSAES-OAEP with SHA-1. https://pay.weixin.qq.com/doc/v3/merchant/4013053257 */
function opens(encrypted: Buffer, key: KeyObject): boolean {
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, encrypted).length > 0;
  } catch {
    return false;
  }
}
