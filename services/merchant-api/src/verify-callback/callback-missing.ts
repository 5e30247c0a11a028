import type { CheckDeps } from './check-deps.ts';
import { NotProven } from './not-proven.ts';
import { probeAddress } from './probe-address.ts';

/**
 * What to say of a callback that WeChat Pay has sent and the ledger does not have: each place where it may have
 * stopped, in the order of its way.
 */
export async function toCallbackMissing(
  deps: Pick<CheckDeps, 'merchant' | 'notifyUrl' | 'store' | 'times'>,
  what: string,
  outTradeNo?: string,
): Promise<NotProven> {
  const { mchId } = deps.merchant;
  const { notifyUrl } = deps;
  const died = outTradeNo === undefined ? undefined : await findDeadLetter(deps, outTradeNo);
  if (died !== undefined) {
    return new NotProven(`${what} came and was proven, but its job died: ${died.errorCode}`, [
      `npm run dead-letters -- show ${died.id}`,
    ]);
  }
  const probe = await probeAddress(notifyUrl);
  const seenFromHere =
    probe.kind === 'ingress'
      ? 'from here an ingress answers there; WeChat Pay needs to reach it from the internet'
      : `asked from here, ${probe.problem}`;
  return new NotProven(`${what} did not come within ${deps.times.callbackMs / 1_000} s`, [
    `the address ${notifyUrl}: ${seenFromHere}`,
    `from outside, curl -i -X POST ${notifyUrl} must answer 401 with "code":"FAIL": public DNS, https on port 443, the full TLS chain, no redirect, no login, no firewall before it (CALLBACK_BASE_URL says the beginning)`,
    `the ingress: /readyz of its second port says 200, and its MERCHANTS_FILE has ${mchId}`,
    `what came and was refused: log lines callback.received with mchId ${mchId}, metric huidiao_callbacks_total; outcome not-authentic: reason says whether a key is missing (微信支付公钥 or 平台证书), headers were dropped by a proxy, or the clock is off; not-openable: api_v3_key (APIv3密钥) is not the one of 商户平台`,
    'what came and waits: /readyz of order-worker and reconciler, Redis, npm run dead-letters -- list',
    'WeChat Pay sends it again for 24 hours: once it is mended, it comes by itself',
  ]);
}

async function findDeadLetter(
  { store, merchant }: Pick<CheckDeps, 'store' | 'merchant'>,
  outTradeNo: string,
): Promise<{ id: string; errorCode: string } | undefined> {
  const { mchId } = merchant;
  const { deadLetters } = await store.deadLetters.list({ mchId, outTradeNo, state: 'open', limit: 1 });
  return deadLetters[0];
}
