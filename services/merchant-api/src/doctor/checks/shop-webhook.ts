import type { Merchant, Shop } from '@huidiao/contracts';
import { isLocalUrl } from '../address-rules.ts';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { lookAtAddress } from '../look-at-address.ts';
import { ofMerchants, type Site } from '../site.ts';

export const shopWebhookCheck: Check = {
  name: 'shop-webhook',
  title: 'the address of the shop that is told of paid orders',
  settings: ['shop'],
  asksOthers: false,
  run: (site) => ofMerchants(site, (merchant, at) => lookAtShop(site, merchant, at)),
};

async function lookAtShop({ command }: Site, { shop }: Merchant, at: string): Promise<Finding[]> {
  if (shop === undefined) {
    return [
      {
        level: 'warning',
        says: 'it has no shop, so that nobody is told of its paid orders and none is delivered',
        where: `${at}.shop`,
        todo: [
          'add shop with webhook_url and webhook_secrets; whsec_$(openssl rand -base64 32) makes a secret',
        ],
      },
    ];
  }
  const seen = command.offline ? [] : await askIt(shop, at);
  const { host } = new URL(shop.webhookUrl);
  const signed = `${shop.webhookSecrets.length} well-formed secret${shop.webhookSecrets.length === 1 ? '' : 's'}`;
  const found = [...judgeUrl(shop, at), ...seen];
  const fine: Finding = { level: 'ok', says: `${host} is told of paid orders, signed with ${signed}` };
  return found.length === 0 ? [fine] : found;
}

function judgeUrl({ webhookUrl, allowPrivateNetwork }: Shop, at: string): Finding[] {
  if (isLocalUrl(webhookUrl)) return allowPrivateNetwork ? [] : [toForbidden(webhookUrl, at)];
  if (webhookUrl.startsWith('https://')) return [];
  const says =
    'the webhook goes over the internet unencrypted: it is signed, but anybody on the way reads orders';
  return [{ level: 'warning', says, where: `${at}.shop.webhook_url`, todo: ['let it begin with https://'] }];
}

async function askIt({ webhookUrl, allowPrivateNetwork }: Shop, at: string): Promise<Finding[]> {
  const { host } = new URL(webhookUrl);
  const look = await lookAtAddress(webhookUrl);
  if (look.kind === 'failed') {
    return [
      {
        level: 'problem',
        says: `the shop at ${host} ${look.problem}`,
        where: `${at}.shop.webhook_url`,
        todo: ['start it, or mend the address; what could not be told is told again for 24 hours'],
      },
    ];
  }
  const isForbidden = look.isPrivate && !allowPrivateNetwork && !isLocalUrl(webhookUrl);
  return isForbidden ? [toForbidden(webhookUrl, at)] : [];
}

function toForbidden(webhookUrl: string, at: string): Finding {
  return {
    level: 'problem',
    says: `the shop at ${new URL(webhookUrl).host} has a private address, which webhooks do not go to unless it is allowed`,
    where: `${at}.shop.allow_private_network`,
    todo: ['set it to true if the shop stands in your own network'],
  };
}
