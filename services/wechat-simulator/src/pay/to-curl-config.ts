import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import { buildSignedNotification } from './build-signed-notification.ts';
import { toTransaction } from './transaction.ts';

/**
 * The latest payment's notification, signed just now, as a configuration for `curl -K`: what a person sends by hand
 * to see what a receiver answers. It is good for five minutes. Throws ControlRefusal while nothing was paid.
 */
export function toCurlConfig(context: Context): string {
  const order = context.orders.all().findLast(({ state }) => state === 'SUCCESS');
  const merchant = order && context.merchants.get(order.mchId);
  if (order === undefined || merchant === undefined) {
    throw new ControlRefusal(409, 'NOTHING_PAID', 'pay an order first, by POST /simulator/buyers/pay');
  }
  const key = context.platformKeys.forNotification(context.faults.settings.migration_share);
  const { headers, body } = buildSignedNotification({
    key: key.privateKey,
    serial: key.serial,
    apiV3Key: merchant.apiV3Key,
    plaintext: toTransaction(order),
  });
  const lines = [
    `url = ${quote(order.notifyUrl)}`,
    ...Object.entries(headers).map(([name, value]) => `header = ${quote(`${name}: ${value}`)}`),
    `data-binary = ${quote(body)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** As curl's own page has it: within double quotes, `\\` and `\"` are escapes. https://curl.se/docs/manpage.html#-K */
function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
