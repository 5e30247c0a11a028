import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { paramError } from './refusal.ts';

/** Counted in characters, not in UTF-16 units: an emoji is one. */
const text = (least: number, most: number) =>
  z.string().refine((value) => [...value].length >= least && [...value].length <= most, {
    message: `长度应为${least}-${most}个字符`,
  });

/**
 * Body of POST /v3/pay/transactions/jsapi as far as it matters here; other members are let through.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012525167
 */
const prepayRequest = z.object({
  appid: text(1, 32),
  mchid: text(1, 32),
  description: text(1, 127),
  out_trade_no: z.string().regex(/^[0-9A-Za-z_\-*|]{6,32}$/, '6-32个字符，只能是数字、大小写字母_-|*'),
  time_expire: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/, '应为RFC3339格式')
    .refine((value) => !Number.isNaN(Date.parse(value)), '应为RFC3339格式')
    .optional(),
  attach: text(1, 128).optional(),
  notify_url: text(1, 255),
  goods_tag: text(1, 32).optional(),
  amount: z.object({
    total: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
    currency: z.literal('CNY').default('CNY'),
  }),
  payer: z.object({ openid: text(1, 128) }),
});
export type PrepayRequest = z.infer<typeof prepayRequest>;

/** Throws 400 PARAM_ERROR naming the first member that is wrong. */
export function parsePrepayRequest(body: unknown, allowPrivateHosts: boolean): PrepayRequest {
  const parsed = prepayRequest.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw paramError(`/body/${issue?.path.join('/') ?? ''}`, issue?.message ?? '无效');
  }
  const problem = findNotifyUrlProblem(parsed.data.notify_url, allowPrivateHosts);
  if (problem !== undefined) throw paramError('/body/notify_url', problem);
  return parsed.data;
}

function findNotifyUrlProblem(text: string, allowPrivateHosts: boolean): string | undefined {
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
