import { randomBytes } from 'node:crypto';
import { toCallbackKey } from '@huidiao/wechat';
import { repeatCall, toNotProven } from './call-wechat.ts';
import { toCallbackMissing } from './callback-missing.ts';
import type { CheckDeps } from './check-deps.ts';
import { describeCallback } from './find-callback.ts';
import { lookUntil } from './look-until.ts';
import { NotProven } from './not-proven.ts';

/**
 * Lets WeChat Pay send SECURITY_ECHO.SUCCESS, which costs nothing, and waits until the ledger has it.
 * @param keyId the key that WeChat Pay is to sign with; see toEchoKeyId
 * @throws NotProven; AppError STORE_UNAVAILABLE
 */
export async function verifyByEcho(deps: CheckDeps, keyId: string | undefined): Promise<void> {
  const { merchant, notifyUrl, say } = deps;
  if (keyId === undefined) throw noKey();
  const message = `huidiao-check-${randomBytes(8).toString('hex')}`;
  say(`asking WeChat Pay to send SECURITY_ECHO.SUCCESS to ${notifyUrl}`);
  await repeatCall(deps, () => deps.client.securityEcho({ message, notifyUrl, keyId })).catch((error) => {
    throw toNotProven('WeChat Pay did not take /v3/security/echo', error);
  });
  say(`WeChat Pay took our signature, and signed its answer with a key that we have (asked for ${keyId})`);
  const key = toCallbackKey('security.echoed', merchant.mchId, [message]);
  const deadline = new Date(deps.clock.now().getTime() + deps.times.callbackMs);
  const look = async () => ({ seen: await deps.store.callbacks.find(key), deadline });
  const looked = await lookUntil(deps, look);
  if (looked.kind === 'interrupted') throw new NotProven('stopped before the callback came', []);
  if (looked.kind === 'late') throw await toCallbackMissing(deps, 'the callback SECURITY_ECHO.SUCCESS');
  say(`the callback came: ${describeCallback(looked.seen)}`);
}

function noKey(): NotProven {
  return new NotProven('the merchant has no key that WeChat Pay could sign with', [
    'give it wechatpay_public_keys (微信支付公钥) or platform_certificates (微信支付平台证书) in MERCHANTS_FILE',
    'where platform_certificates is "auto", their download failed: check api_v3_key, and merchant_private_key_file with merchant_serial_no',
  ]);
}
