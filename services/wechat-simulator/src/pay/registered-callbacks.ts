import { z } from 'zod';
import type { Context } from '../context.ts';
import type { RegisteredCallback } from '../events/event-spec.ts';
import type { KnownMerchant } from './merchants.ts';
import { findNotifyUrlProblem } from './prepay-request.ts';
import { type ApiAnswer, PayRefusal, paramError } from './refusal.ts';
import { toWireTime } from './wire-time.ts';

export type CallbackMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A call of one of the APIs that register an address of callbacks. */
export interface CallbackCall {
  readonly merchant: KnownMerchant;
  readonly method: CallbackMethod;
  readonly body: unknown;
  /** Of a GET that names the merchant. */
  readonly queriedMchId: unknown;
}

/**
 * /v3/merchant-service/complaint-notifications: created once, then changed, read, deleted.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012458679
 */
export function complaintNotifications(context: Context, call: CallbackCall): ApiAnswer {
  const answer = (url: string): ApiAnswer => ({ status: 200, body: { mchid: call.merchant.mchId, url } });
  return createdOnce(context, call, { callback: 'complaint', member: 'url', answer });
}

/**
 * /v3/merchant-risk-manage/violation-notifications, for those that have merchants below them.
 * https://pay.weixin.qq.com/doc/v3/partner/4012081668
 */
export function violationNotifications(context: Context, call: CallbackCall): ApiAnswer {
  if (!call.merchant.isServiceProvider) throw new PayRefusal(403, 'NO_AUTH', '商户信息不合法');
  const answer = (notify_url: string): ApiAnswer => ({ status: 200, body: { notify_url } });
  return createdOnce(context, call, { callback: 'violation', member: 'notify_url', answer });
}

interface CreatedOnce {
  readonly callback: RegisteredCallback;
  readonly member: 'url' | 'notify_url';
  answer(url: string): ApiAnswer;
}

function createdOnce(
  context: Context,
  call: CallbackCall,
  { callback, member, answer }: CreatedOnce,
): ApiAnswer {
  const { merchant, method, body } = call;
  const { addresses } = context;
  const known = addresses.registered(merchant.mchId, callback);
  if (method === 'POST' && known !== undefined) {
    throw new PayRefusal(400, 'RESOURCE_ALREADY_EXISTS', '通知回调已存在');
  }
  if (method !== 'POST' && known === undefined) {
    throw new PayRefusal(400, 'RESOURCE_NOT_EXISTS', '通知回调不存在');
  }
  if (method === 'GET') return answer(known ?? '');
  if (method === 'DELETE') {
    addresses.register(merchant.mchId, callback, undefined);
    return { status: 204, body: undefined };
  }
  const url = parseUrl(context, body, member);
  addresses.register(merchant.mchId, callback, url);
  return answer(url);
}

/**
 * /v3/marketing/favor/callbacks (代金券) and /v3/marketing/busifavor/callbacks (商家券): POST sets it, whether there was
 * one or not. https://pay.weixin.qq.com/doc/v3/merchant/4012287264 and merchant/4012285232
 */
export function marketingCallbacks(
  context: Context,
  call: CallbackCall,
  callback: 'favor' | 'busifavor',
): ApiAnswer {
  const { merchant, method, body } = call;
  const { mchId } = merchant;
  if (method === 'GET') {
    if (call.queriedMchId !== undefined && call.queriedMchId !== mchId)
      throw paramError('/query/mchid', '商户号不一致');
    const url = context.addresses.registered(mchId, callback);
    if (url === undefined) throw new PayRefusal(404, 'RESOURCE_NOT_EXISTS', '未设置回调地址');
    return { status: 200, body: { mchid: mchId, notify_url: url } };
  }
  const owner = z.object({ mchid: z.string().optional() }).safeParse(body);
  if (owner.data?.mchid !== undefined && owner.data.mchid !== mchId)
    throw paramError('/body/mchid', '商户号不一致');
  const url = parseUrl(context, body, 'notify_url');
  context.addresses.register(mchId, callback, url);
  return { status: 200, body: { mchid: mchId, notify_url: url, update_time: toWireTime(Date.now()) } };
}

function parseUrl(context: Context, body: unknown, member: 'url' | 'notify_url'): string {
  const url = z.object({ [member]: z.string().max(255) }).safeParse(body).data?.[member];
  const { allowPrivateNotifyHosts } = context.settings;
  if (url === undefined) throw paramError(`/body/${member}`, '必填');
  const isHttp = !url.startsWith('https://') && !allowPrivateNotifyHosts;
  const problem = isHttp ? '仅支持https' : findNotifyUrlProblem(url, allowPrivateNotifyHosts);
  if (problem !== undefined) throw paramError(`/body/${member}`, problem);
  return url;
}
