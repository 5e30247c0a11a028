import type { App, AppConfig, MessageTemplate } from '@huidiao/contracts';
import { recordOf } from './json-value.ts';
import type { ResourceReader } from './resource-reader.ts';

/** Reads and checks everything that one entry of `apps` names; see readMerchant for the parameters. */
export function readApp(
  raw: unknown,
  config: AppConfig | undefined,
  path: string,
  reader: ResourceReader,
): App | undefined {
  const appSecret = reader.secret(recordOf(raw).app_secret, `${path}.app_secret`, checkAppSecret);
  if (config === undefined) return undefined;
  return {
    appId: config.appid,
    appSecret: appSecret ?? '',
    originalId: config.original_id,
    miniprogramState: config.miniprogram_state,
    lang: config.lang,
    templates: { orderPaid: toTemplate(config.templates.order_paid) },
  };
}

function checkAppSecret(text: string): string | undefined {
  return /^\S+$/.test(text) ? undefined : 'must hold an AppSecret(小程序密钥), but holds white space';
}

function toTemplate(config: AppConfig['templates']['order_paid']): MessageTemplate | undefined {
  if (config === undefined) return undefined;
  return {
    templateId: config.template_id,
    page: config.page,
    data: config.data,
    usefulForMs: config.useful_for_minutes * 60_000,
  };
}
