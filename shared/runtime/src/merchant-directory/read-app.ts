import type { App, AppConfig, MessagePush, MessageTemplate, MessageTemplateConfig } from '@huidiao/contracts';
import { recordOf } from './json-value.ts';
import { toPassThrough } from './read-pass-through.ts';
import { readShop } from './read-shop.ts';
import type { ResourceReader, SecretCheck } from './resource-reader.ts';

/** Reads and checks everything that one entry of `apps` names; see readMerchant for the parameters. */
export function readApp(
  raw: unknown,
  config: AppConfig | undefined,
  path: string,
  reader: ResourceReader,
): App | undefined {
  const entry = recordOf(raw);
  const secret = (name: string, check: SecretCheck) => reader.secret(entry[name], `${path}.${name}`, check);
  const appSecret = secret('app_secret', checkAppSecret);
  const appSecretPrevious = secret('app_secret_previous', checkAppSecret);
  const tokens = [secret('token', checkToken), secret('token_previous', checkToken)];
  const aesKeys = ['encoding_aes_key', 'encoding_aes_key_previous'].map((name) =>
    secret(name, checkEncodingAesKey),
  );
  const shop = readShop(entry.shop, config?.shop, `${path}.shop`, reader);
  if (config === undefined) return undefined;
  return {
    appId: config.appid,
    kind: config.kind,
    appSecret: appSecret ?? '',
    appSecretPrevious,
    push: toMessagePush(tokens, aesKeys),
    shop,
    passThrough: config.pass_through.map(toPassThrough),
    customerService: config.customer_service,
    limits: {
      callbacksPerSecond: config.limits.callbacks_per_second,
      callbacksBurst: config.limits.callbacks_burst,
    },
    iosRefund: config.ios_refund,
    originalId: config.original_id,
    miniprogramState: config.miniprogram_state,
    lang: config.lang,
    sessionTtlMs: config.session_hours * 3_600_000,
    shipping: {
      autoUpload: config.shipping.auto_upload,
      remindReceipt: config.shipping.remind_receipt,
    },
    templates: {
      orderPaid: toTemplate(config.templates.order_paid),
      orderShipped: toTemplate(config.templates.order_shipped),
      refundSucceeded: toTemplate(config.templates.refund_succeeded),
    },
  };
}

function toMessagePush(
  tokens: readonly (string | undefined)[],
  aesKeys: readonly (string | undefined)[],
): MessagePush | undefined {
  const isGiven = (text: string | undefined) => text !== undefined;
  const given = tokens.filter(isGiven);
  return given.length === 0 ? undefined : { tokens: given, encodingAesKeys: aesKeys.filter(isGiven) };
}

/** The console takes 3 to 32 letters and digits. */
function checkToken(text: string): string | undefined {
  return /^[0-9A-Za-z]{3,32}$/.test(text)
    ? undefined
    : 'must hold a Token(令牌) of 3 to 32 letters and digits';
}

/** Base64 without its padding, of 32 bytes; two bits of the last character mean nothing. */
function checkEncodingAesKey(text: string): string | undefined {
  return /^[0-9A-Za-z]{43}$/.test(text)
    ? undefined
    : `must hold an EncodingAESKey(消息加密密钥) of 43 letters and digits, but holds ${text.length} characters`;
}

function checkAppSecret(text: string): string | undefined {
  return /^\S+$/.test(text) ? undefined : 'must hold an AppSecret(小程序密钥), but holds white space';
}

function toTemplate(config: MessageTemplateConfig | undefined): MessageTemplate | undefined {
  if (config === undefined) return undefined;
  return {
    templateId: config.template_id,
    page: config.page,
    data: config.data,
    usefulForMs: config.useful_for_minutes * 60_000,
  };
}
