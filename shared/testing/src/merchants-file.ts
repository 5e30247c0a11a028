import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MerchantDirectory } from '@huidiao/contracts';

/** Writes a directory as the file that a service of its own process reads. @returns its path. */
export function writeMerchantsFile(directory: MerchantDirectory, folder: string): string {
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return name;
  };
  const merchants = [...directory.merchants.values()].map((merchant) => ({
    mchid: merchant.mchId,
    merchant_serial_no: merchant.merchantSerialNo,
    merchant_private_key_file: write(`${merchant.mchId}-key.pem`, merchant.merchantPrivateKeyPem),
    api_v3_key: { file: write(`${merchant.mchId}-v3`, merchant.apiV3Key) },
    wechatpay_public_keys: merchant.wechatpayPublicKeys.map(({ id, pem }) => ({
      id,
      file: write(`${id}.pem`, pem),
    })),
    appids: merchant.appIds,
    ...(merchant.shop === undefined
      ? {}
      : {
          shop: {
            webhook_url: merchant.shop.webhookUrl,
            webhook_secrets: merchant.shop.webhookSecrets.map((secret, n) => ({
              file: write(`${merchant.mchId}-webhook-${n}`, secret),
            })),
            allow_private_network: merchant.shop.allowPrivateNetwork,
          },
        }),
  }));
  const apps = [...directory.apps.values()].map((app) => ({
    appid: app.appId,
    app_secret: { file: write(`${app.appId}-secret`, app.appSecret) },
    templates:
      app.templates.orderPaid === undefined
        ? {}
        : {
            order_paid: {
              template_id: app.templates.orderPaid.templateId,
              data: app.templates.orderPaid.data,
            },
          },
  }));
  return join(folder, write('merchants.json', JSON.stringify({ merchants, apps })));
}
