import { z } from 'zod';
import type { Context } from '../context.ts';
import type { KnownMerchant } from './merchants.ts';
import { findNotifyUrlProblem } from './prepay-request.ts';
import { type ApiAnswer, PayRefusal, paramError } from './refusal.ts';
import { announceEvent } from './send-event.ts';

const echoRequest = z.object({
  echo_message: z.string().min(1).max(1_024),
  notify_url: z.string().max(255).optional(),
  encrypted_echo_message: z.string().optional(),
});

/**
 * POST /v3/security/echo: says back what was said, and if asked announces SECURITY_ECHO.SUCCESS. Not for direct
 * merchants, and only with Wechatpay-Serial. https://pay.weixin.qq.com/doc/v3/partner/4015139289
 */
export function echoSecurity(
  context: Context,
  { merchant, body, serial }: { merchant: KnownMerchant; body: unknown; serial: string | undefined },
): ApiAnswer {
  if (!merchant.isServiceProvider) throw new PayRefusal(403, 'NO_AUTH', '商户号没有权限使用该接口');
  if (serial === undefined) throw paramError('/header/Wechatpay-Serial', 'Http头缺少Wechatpay-Serial');
  const parsed = echoRequest.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw paramError(`/body/${issue?.path.join('/') ?? ''}`, issue?.message ?? '无效');
  }
  const { echo_message, notify_url } = parsed.data;
  if (notify_url !== undefined) {
    const problem = findNotifyUrlProblem(notify_url, context.settings.allowPrivateNotifyHosts);
    if (problem !== undefined) throw paramError('/body/notify_url', problem);
    announceEvent(context, 'SECURITY_ECHO.SUCCESS', {
      mchId: merchant.mchId,
      url: notify_url,
      about: { text: echo_message },
    });
  }
  return { status: 200, body: { echo_message } };
}
