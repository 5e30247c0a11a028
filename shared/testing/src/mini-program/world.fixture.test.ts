import { randomBytes } from 'node:crypto';
import { createPhone, type Phone } from '@huidiao/example-mini-program';
import { createShop, type Shop } from '@huidiao/example-shop';
import { type Installation, type ServiceName, startInstallation, testMerchant } from '../installation.ts';
import { waitFor } from '../wait-for.ts';

export const { appId, templateId } = testMerchant;
export const shippedTemplateId = 'template-order-shipped';

/** The shop of the mini-program with everything behind it. */
export interface World {
  readonly installation: Installation;
  readonly shop: Shop;
  /** The phone of a new user, with the mini-program open. */
  openPhone(openId?: string): Phone;
  close(): Promise<void>;
}

let users = 0;

export function newOpenId(): string {
  users += 1;
  return `oPhone${String(users).padStart(5, '0')}_${randomBytes(6).toString('hex')}`;
}

/** merchant-api, ingress, workers, the sample shop and a simulated WeChat, whose buyers answer no popup unasked. */
export async function startWorld(without: readonly ServiceName[] = []): Promise<World> {
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const merchantApi = { url: '', apiKey: '' };
  const shop = await createShop({ webhookSecret, merchantApi });
  const installation = await startInstallation({
    without,
    shop: { webhookUrl: shop.webhookUrl, webhookSecrets: [webhookSecret] },
  });
  const { mchId } = testMerchant;
  const { key } = await installation.store.apiKeys.create({ mchId, label: 'shop' });
  Object.assign(merchantApi, { url: installation.apiUrl, apiKey: key });
  const { simulator, ingressPort } = installation;
  if (!without.includes('ingress')) {
    const url = `http://127.0.0.1:${ingressPort}/callbacks/mini-program/${appId}`;
    await simulator.checkPushAddress({ appId, url });
  }
  simulator.faults.set({ popup_answer: 'reject' });

  const phones: Phone[] = [];
  return {
    installation,
    shop,
    openPhone(openId = newOpenId()) {
      const config = {
        merchantApiUrl: installation.apiUrl,
        shopUrl: shop.uri,
        templates: { orderPaid: templateId, orderShipped: shippedTemplateId },
      };
      const phone = createPhone({ wechat: simulator, appId, openId, config });
      phones.push(phone);
      phone.launch();
      return phone;
    },
    async close() {
      for (const phone of phones) phone.close();
      await installation.close();
      await shop.close();
    },
  };
}

/** Waits until a phone shows something, while time passes on it. */
export async function untilShown(phone: Phone, wanted: Readonly<Record<string, unknown>>): Promise<void> {
  const what = JSON.stringify(wanted);
  await waitFor(what, () => {
    phone.elapse(250);
    const missing = Object.entries(wanted).filter(([name, value]) => phone.shown[name] !== value);
    if (missing.length > 0) throw new Error(`${phone.at.path} shows ${JSON.stringify(phone.shown)}`);
    return true;
  });
}

/** Taps 立即购买 for something, and waits for the page of the order. */
export async function buy(phone: Phone, goodsId = 'course'): Promise<string> {
  await waitFor('the goods', () => (phone.shown.goods as unknown[]).length > 0);
  phone.tap('立即购买', { id: goodsId });
  await waitFor('the page of the order', () => phone.at.path === 'pages/order/order');
  return String(phone.shown.outTradeNo);
}
