import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { paramError } from './refusal.ts';

/** Counted in characters, not in UTF-16 units: an emoji is one. */
const text = (least: number, most: number) =>
  z.string().refine((value) => [...value].length >= least && [...value].length <= most, {
    message: `长度应为${least}-${most}个字符`,
  });

const outTradeNo = z.string().regex(/^[0-9A-Za-z_\-*|]{6,32}$/, '6-32个字符，只能是数字、大小写字母_-|*');
const id = text(1, 32);
const openid = text(1, 128);
const currency = z.literal('CNY').default('CNY');
const fen = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const timeExpire = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/, '应为RFC3339格式')
  .refine((value) => !Number.isNaN(Date.parse(value)), '应为RFC3339格式')
  .optional();

const detail = z.object({
  cost_price: z.number().int().min(0).optional(),
  invoice_id: text(0, 32).optional(),
  goods_detail: z
    .array(
      z.object({
        merchant_goods_id: text(1, 32),
        wechatpay_goods_id: text(0, 32).optional(),
        goods_name: text(0, 256).optional(),
        quantity: z.number().int().min(1),
        unit_price: z.number().int().min(0),
      }),
    )
    .min(1)
    .optional(),
});
const clientIp = z.string().refine((value) => isIPv4(value) || isIPv6(value), '应为IPv4或IPv6地址');
const deviceId = text(0, 32).optional();
const sceneInfo = z.object({
  payer_client_ip: clientIp,
  device_id: deviceId,
  store_info: z
    .object({
      id: text(1, 32),
      name: text(0, 256).optional(),
      area_code: text(0, 32).optional(),
      address: text(0, 512).optional(),
    })
    .optional(),
});
const settleInfo = z.object({ profit_sharing: z.boolean().optional() });

/** What every order has, as far as it matters here; other members are let through. */
const order = {
  description: text(1, 127),
  out_trade_no: outTradeNo,
  time_expire: timeExpire,
  attach: text(1, 128).optional(),
  notify_url: text(1, 255),
  goods_tag: text(1, 32).optional(),
  support_fapiao: z.boolean().optional(),
  amount: z.object({ total: fen, currency }),
  detail: detail.optional(),
  scene_info: sceneInfo.optional(),
  settle_info: settleInfo.optional(),
};

/** Body of POST /v3/pay/transactions/native. https://pay.weixin.qq.com/doc/v3/merchant/4012791877 */
export const nativeRequest = z.object({ appid: id, mchid: id, ...order });
export type NativeRequest = z.infer<typeof nativeRequest>;

/** Body of POST /v3/pay/transactions/jsapi. https://pay.weixin.qq.com/doc/v3/merchant/4012525167 */
export const jsapiRequest = nativeRequest.extend({ payer: z.object({ openid }) });
export type JsapiRequest = z.infer<typeof jsapiRequest>;

/** Body of POST /v3/pay/partner/transactions/jsapi. https://pay.weixin.qq.com/doc/v3/partner/4012085810 */
export const partnerRequest = z.object({
  sp_appid: id,
  sp_mchid: id,
  sub_appid: id.optional(),
  sub_mchid: id,
  ...order,
  payer: z
    .object({ sp_openid: openid.optional(), sub_openid: openid.optional() })
    .refine(
      (payer) => payer.sp_openid !== undefined || payer.sub_openid !== undefined,
      'sp_openid和sub_openid必传其一',
    ),
});
export type PartnerRequest = z.infer<typeof partnerRequest>;

/** Body of POST /v3/combine-transactions/jsapi. https://pay.weixin.qq.com/doc/v3/merchant/4012556982 */
export const combineRequest = z.object({
  combine_appid: id,
  combine_mchid: id,
  combine_out_trade_no: outTradeNo,
  scene_info: z.object({ payer_client_ip: clientIp, device_id: deviceId }),
  sub_orders: z
    .array(
      z.object({
        mchid: id,
        sub_mchid: id.optional(),
        sub_appid: id.optional(),
        attach: text(1, 128),
        out_trade_no: outTradeNo,
        description: text(1, 127),
        goods_tag: text(1, 32).optional(),
        detail: detail.optional(),
        settle_info: settleInfo.optional(),
        amount: z.object({ total_amount: fen, currency }),
      }),
    )
    .min(2)
    .max(10)
    .refine(
      (subs) => new Set(subs.map((sub) => `${sub.mchid}/${sub.out_trade_no}`)).size === subs.length,
      '子单商户订单号重复',
    ),
  combine_payer_info: z.object({ openid }),
  time_expire: timeExpire,
  notify_url: text(1, 255),
});
export type CombineRequest = z.infer<typeof combineRequest>;

/** Throws 400 PARAM_ERROR naming the first member that is wrong. */
export function parsePrepayRequest<T extends { notify_url: string }>(
  schema: z.ZodType<T>,
  body: unknown,
  allowPrivateHosts: boolean,
): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw paramError(`/body/${issue?.path.join('/') ?? ''}`, issue?.message ?? '无效');
  }
  const problem = findNotifyUrlProblem(parsed.data.notify_url, allowPrivateHosts);
  if (problem !== undefined) throw paramError('/body/notify_url', problem);
  return parsed.data;
}

/** Why WeChat would not take a notify_url, or undefined. https://pay.weixin.qq.com/doc/v3/merchant/4012075420 */
export function findNotifyUrlProblem(text: string, allowPrivateHosts: boolean): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return '通知地址必须为完整的URL';
  if (text.includes('?') || text.includes('#')) return '通知地址不能携带参数';
  if (!allowPrivateHosts && isPrivateHost(url.hostname)) return '通知地址必须为外网可访问的URL';
  return undefined;
}

/** Hosts that WeChat cannot reach: loopback, link-local and private networks, and names of this machine. */
function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIPv4(host)) {
    const [first = 0, second = 0] = host.split('.').map(Number);
    return (
      first === 0 ||
      first === 10 ||
      first === 127 ||
      (first === 169 && second === 254) ||
      (first === 172 && second >= 16 && second < 32) ||
      (first === 192 && second === 168)
    );
  }
  if (isIPv6(host)) return host === '::' || host === '::1' || /^(f[cd]|fe[89ab]|::ffff:)/.test(host);
  return !host.includes('.') || /\.(local|localhost|internal)$/.test(host);
}
