import { z } from 'zod';
import { appId, mchId } from './ids.ts';

/**
 * The file that names merchants and apps. Its keys are WeChat's own, so that a value can be copied from the
 * merchant platform (商户平台) or the mini-program console (小程序后台) under the name that it has there.
 * Paths are relative to the file.
 */

/** A secret never stands in the file: it names an environment variable or a file that holds it. */
export const secretRef = z.union([
  z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
  z.strictObject({ file: z.string().min(1) }),
]);
export type SecretRef = z.infer<typeof secretRef>;

const wechatpayPublicKey = z.strictObject({
  /** 微信支付公钥ID; exact text, of any length. */
  id: z.string().regex(/^PUB_KEY_ID_[0-9A-Za-z]+$/, 'must begin with PUB_KEY_ID_'),
  /** 微信支付公钥 pub_key.pem. */
  file: z.string().min(1),
});

const shop = z.strictObject({
  webhook_url: z.url({ protocol: /^https?$/ }),
  /** Standard Webhooks secrets, `whsec_` + base64; several while one rotates: each signs. */
  webhook_secrets: z.array(secretRef).min(1).max(4),
  /** Lets webhooks go to private, loopback and link-local addresses. */
  allow_private_network: z.boolean().default(false),
  timeout_ms: z.number().int().min(100).max(30_000).default(10_000),
});

/** What one merchant may ask of us, so that its peak or its backlog is not felt by the others. */
const limits = z.strictObject({
  /** Callbacks a second that go to the live lane, per ingress; what is beyond goes to the bulk lane, never lost. */
  callbacks_per_second: z.number().int().min(1).max(100_000).default(1_000),
  /** How many may come at once before the rate counts. */
  callbacks_burst: z.number().int().min(1).max(1_000_000).default(5_000),
  /** Orders asked about at WeChat Pay (查单) a second, by all reconcilers together. */
  queries_per_second: z.number().int().min(1).max(600).default(20),
});

export const merchantConfig = z.strictObject({
  /** 商户号. */
  mchid: mchId,
  /** 商户API证书序列号: names the key that signs our requests, never one that WeChat signs with. */
  merchant_serial_no: z.string().regex(/^[0-9A-Fa-f]{8,64}$/, 'must be the hexadecimal serial'),
  /** 商户API私钥 apiclient_key.pem. */
  merchant_private_key_file: z.string().min(1),
  /** APIv3密钥, 32 bytes. */
  api_v3_key: secretRef,
  /** The one before, while a change is under way. */
  api_v3_key_previous: secretRef.optional(),
  /** 微信支付公钥. */
  wechatpay_public_keys: z.array(wechatpayPublicKey).default([]),
  /** 微信支付平台证书 (not 商户API证书): `off`, or files in PEM. */
  platform_certificates: z.union([z.literal('off'), z.array(z.string().min(1)).min(1)]).default('off'),
  /** Apps that may receive payments for this merchant. */
  appids: z.array(appId).min(1),
  shop: shop.optional(),
  /**
   * A payment whose order nobody registered, after about ten minutes of waiting for it: tell the shop
   * (`forward`), wait for the rest of 24 hours (`hold`), or keep it as a dead letter now.
   */
  unknown_order: z.enum(['forward', 'hold', 'dead_letter']).default('dead_letter'),
  /** A payment for an order that was closed: deliver it, or refund it. */
  late_payment: z.enum(['deliver', 'refund']).default('refund'),
  limits: limits.prefault({}),
});
export type MerchantConfig = z.infer<typeof merchantConfig>;

/** What a message template of this file may name in braces. */
export const messagePlaceholders = [
  'out_trade_no',
  'transaction_id',
  'description',
  'amount_yuan',
  'paid_at',
] as const;
export type MessagePlaceholder = (typeof messagePlaceholders)[number];

const knownPlaceholders: ReadonlySet<string> = new Set(messagePlaceholders);
/** Text whose every `{name}` is a placeholder that exists: a typing error shows at start, not at a buyer. */
const templateText = z
  .string()
  .min(1)
  .refine(
    (text) => [...text.matchAll(/\{([^{}]*)\}/g)].every(([, name]) => knownPlaceholders.has(name ?? '')),
    `may name only {${messagePlaceholders.join('} {')}}`,
  );

const messageTemplate = z.strictObject({
  /** 模板ID. */
  template_id: z.string().min(1).max(128),
  /** Path within the released mini-program; may hold placeholders. */
  page: templateText.refine((page) => page.length <= 512, 'must have at most 512 characters').optional(),
  /**
   * Template keyword (thing1, amount2, …) → text. Placeholders: {out_trade_no} {transaction_id} {description}
   * {amount_yuan} {paid_at}.
   */
  data: z.record(z.string().regex(/^[a-z_]+[0-9]+$/, 'must be a keyword such as thing1'), templateText),
  /** After this long since the payment the message is of no use and is not sent. */
  useful_for_minutes: z
    .number()
    .int()
    .min(1)
    .max(7 * 24 * 60)
    .default(24 * 60),
});
export type MessageTemplateConfig = z.infer<typeof messageTemplate>;

export const appConfig = z.strictObject({
  /** AppID(小程序ID). */
  appid: appId,
  /** AppSecret(小程序密钥). */
  app_secret: secretRef,
  /** 原始ID, gh_…. */
  original_id: z
    .string()
    .regex(/^gh_[0-9A-Za-z]+$/)
    .optional(),
  /** Which mini-program a message opens: formal, trial or developer. */
  miniprogram_state: z.enum(['formal', 'trial', 'developer']).default('formal'),
  lang: z.enum(['zh_CN', 'en_US', 'zh_HK', 'zh_TW']).default('zh_CN'),
  templates: z
    .strictObject({
      /** Sent once the shop has accepted a paid order. */
      order_paid: messageTemplate.optional(),
    })
    .default({}),
});
export type AppConfig = z.infer<typeof appConfig>;

export const merchantsFile = z.strictObject({
  merchants: z.array(merchantConfig).min(1),
  apps: z.array(appConfig).default([]),
});
export type MerchantsFile = z.infer<typeof merchantsFile>;

/** A merchant with its secrets read: what services work with. Never log one. */
export interface Merchant {
  readonly mchId: string;
  readonly merchantSerialNo: string;
  readonly merchantPrivateKeyPem: string;
  readonly apiV3Key: string;
  readonly apiV3KeyPrevious: string | undefined;
  readonly wechatpayPublicKeys: readonly { readonly id: string; readonly pem: string }[];
  readonly platformCertificatePems: readonly string[];
  readonly appIds: readonly string[];
  readonly shop: Shop | undefined;
  readonly unknownOrder: 'forward' | 'hold' | 'dead_letter';
  readonly latePayment: 'deliver' | 'refund';
  readonly limits: MerchantLimits;
}

export interface MerchantLimits {
  readonly callbacksPerSecond: number;
  readonly callbacksBurst: number;
  readonly queriesPerSecond: number;
}

export interface Shop {
  readonly webhookUrl: string;
  readonly webhookSecrets: readonly string[];
  readonly allowPrivateNetwork: boolean;
  readonly timeoutMs: number;
}

/** An app with its secret read. Never log one. */
export interface App {
  readonly appId: string;
  readonly appSecret: string;
  readonly originalId: string | undefined;
  readonly miniprogramState: 'formal' | 'trial' | 'developer';
  readonly lang: 'zh_CN' | 'en_US' | 'zh_HK' | 'zh_TW';
  readonly templates: { readonly orderPaid: MessageTemplate | undefined };
}

export interface MessageTemplate {
  readonly templateId: string;
  readonly page: string | undefined;
  readonly data: Readonly<Record<string, string>>;
  readonly usefulForMs: number;
}

/** All merchants and apps of an installation, by their ids. */
export interface MerchantDirectory {
  readonly merchants: ReadonlyMap<string, Merchant>;
  readonly apps: ReadonlyMap<string, App>;
}
