import type { MaterialIds } from './material.ts';

/**
 * Does what a merchant does in WeChat's consoles: names the addresses that callbacks go to which no order names. The
 * address of the message push is asked by GET first, as when it is saved in the real console.
 *
 * @throws Error with the simulator's answer, where it does not take one
 */
export async function setAddresses(simulator: string, ingress: string, ids: MaterialIds): Promise<void> {
  await post(`${simulator}/simulator/merchant-address`, {
    mchid: ids.mchId,
    notify_url: `${ingress}/callbacks/wechat-pay/${ids.mchId}`,
    notify_url_v2: `${ingress}/callbacks/wechat-pay-v2/${ids.mchId}`,
  });
  const url = `${ingress}/callbacks/mini-program/${ids.appId}`;
  await post(`${simulator}/simulator/push-address`, { appid: ids.appId, url });
}

async function post(url: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = await response.text();
  if (!response.ok || answer.includes('"verified":false')) {
    throw new Error(`the simulator did not take ${url}: ${response.status} ${answer}`);
  }
}
