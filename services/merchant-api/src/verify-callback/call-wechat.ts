import { type AppError, errorCatalogue, toAppError } from '@huidiao/errors';
import type { CheckDeps } from './check-deps.ts';
import { NotProven } from './not-proven.ts';

const mostAttempts = 3;

/**
 * Makes a call that may be repeated with the same content, again after a failure that may pass: a time-out, a busy
 * WeChat Pay, an answer with a probe signature (WeChat Pay tests with those whether we look).
 * @throws AppError the last failure
 */
export async function repeatCall<T>(
  { pause, times }: Pick<CheckDeps, 'pause' | 'times'>,
  call: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const failure = toAppError(error);
      if (failure.kind === 'permanent' || attempt === mostAttempts) throw failure;
      await pause(times.againMs);
    }
  }
}

/** What to say of a call that failed. `what` begins the sentence: "WeChat Pay did not …". */
export function toNotProven(what: string, error: unknown): NotProven {
  const failure = toAppError(error);
  const { remoteCode, status, reason, requestId, serial } = failure.details;
  const facts = Object.entries({ remoteCode, status, reason, serial, 'Request-ID': requestId })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${String(value)}`);
  const problem = `${what}: ${[failure.code, ...facts].join(', ')}`;
  return new NotProven(problem, toAdvice(failure), { cause: error });
}

function toAdvice({ code, details }: AppError): readonly string[] {
  switch (code) {
    case 'WECHAT_CREDENTIALS_REFUSED':
      return [
        'merchant_private_key_file (商户API私钥) and merchant_serial_no (商户API证书序列号) must belong together and to this mchid; 商户平台 → 账户中心 → API安全 shows the serial',
        'the clock of this machine may be at most 5 minutes off',
      ];
    case 'WECHAT_RESPONSE_NOT_AUTHENTIC':
      return [
        'the answer is signed with a key that MERCHANTS_FILE does not have: compare the serial with 微信支付公钥ID (wechatpay_public_keys) and 微信支付平台证书 (platform_certificates; "auto" downloads them)',
        'the callbacks are signed with the same keys, so the ingress would refuse them too',
        'the clock of this machine may be at most 5 minutes off',
      ];
    case 'WECHAT_REFUSED':
      return [refusals[String(details.remoteCode)] ?? errorCatalogue[code].whatToDo];
    default:
      return [errorCatalogue[code].whatToDo];
  }
}

/** What WeChat Pay refuses these calls for. https://pay.weixin.qq.com/doc/v3/merchant/4012525095 */
const refusals: Readonly<Record<string, string>> = {
  APPID_MCHID_NOT_MATCH:
    'bind the app to the mchid (商户平台 → 产品中心 → AppID账号管理), or name another one by --app',
  NO_AUTH:
    'the merchant has no permission for this: Native支付 wants to be opened at 商户平台 → 产品中心; /v3/security/echo is for service providers and platforms (service_provider in MERCHANTS_FILE)',
  PARAM_ERROR:
    'WeChat Pay does not take a value; most often it is the notify_url: https, public, without a port, a query or more than 255 characters',
  NOT_ENOUGH: 'the merchant has no money to refund from; top it up at 商户平台 and run this again',
};
