import type { Check } from './check.ts';
import { apiKeyCheck } from './checks/api-key.ts';
import { apiV3KeyCheck } from './checks/api-v3-key.ts';
import { appSecretCheck } from './checks/app-secret.ts';
import { callbackAddressCheck } from './checks/callback-address.ts';
import { clockCheck } from './checks/clock.ts';
import { environmentCheck } from './checks/environment.ts';
import { merchantCertificateCheck } from './checks/merchant-certificate.ts';
import { merchantsFileCheck } from './checks/merchants-file.ts';
import { messagePushCheck } from './checks/message-push.ts';
import { mongodbCheck } from './checks/mongodb.ts';
import { platformKeysCheck } from './checks/platform-keys.ts';
import { redisCheck } from './checks/redis.ts';
import { registeredCallbacksCheck } from './checks/registered-callbacks.ts';
import { serverDomainCheck } from './checks/server-domain.ts';
import { shopWebhookCheck } from './checks/shop-webhook.ts';
import { tradeManagementCheck } from './checks/trade-management.ts';
import { wechatPayCheck } from './checks/wechat-pay.ts';

/** All that the doctor looks at, in the order of the set-up pages: what comes later builds on what came before. */
export const checks: readonly Check[] = [
  environmentCheck,
  redisCheck,
  mongodbCheck,
  callbackAddressCheck,
  clockCheck,
  merchantsFileCheck,
  appSecretCheck,
  serverDomainCheck,
  messagePushCheck,
  merchantCertificateCheck,
  apiV3KeyCheck,
  platformKeysCheck,
  wechatPayCheck,
  registeredCallbacksCheck,
  tradeManagementCheck,
  shopWebhookCheck,
  apiKeyCheck,
];
