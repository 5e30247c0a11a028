import { z } from 'zod';
import { eventFilterPattern } from './events/event-filter.ts';
import { appId, mchId } from './ids.ts';
import { appTemplates } from './message-template-config.ts';
import type { MessageTrigger } from './message-triggers.ts';

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

const eventFilters = z
  .array(z.string().regex(eventFilterPattern, 'must be a type such as refund.succeeded, refund.* or *'))
  .max(100);

const shop = z.strictObject({
  webhook_url: z.url({ protocol: /^https?$/ }),
  /** Standard Webhooks secrets, `whsec_` + base64; several while one rotates: each signs. */
  webhook_secrets: z.array(secretRef).min(1).max(4),
  /** Lets webhooks go to private, loopback and link-local addresses. */
  allow_private_network: z.boolean().default(false),
  timeout_ms: z.number().int().min(100).max(30_000).default(10_000),
  /**
   * Which events are told besides order.paid and payment.unmatched, which always are: types of domain events, such
   * as refund.succeeded, complaint.* or *.
   */
  events: eventFilters.default(['refund.*', 'message.undeliverable']),
});

/** An address that took callbacks before (透传): it gets the same bytes and signature headers that WeChat sent. */
const passThrough = z.strictObject({
  /** Names it in jobs and logs; to be kept when the address changes. */
  name: z.string().regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 of the characters a-z 0-9 -'),
  url: z.url({ protocol: /^https?$/ }),
  events: eventFilters.min(1).default(['*']),
  allow_private_network: z.boolean().default(false),
  timeout_ms: z.number().int().min(100).max(30_000).default(10_000),
});

/** So that the peak of one merchant or app is not felt by the others. */
const callbackLimits = z.strictObject({
  /** Callbacks a second that go to the live lane, per ingress; what is beyond goes to the bulk lane, never lost. */
  callbacks_per_second: z.number().int().min(1).max(100_000).default(1_000),
  /** How many may come at once before the rate counts. */
  callbacks_burst: z.number().int().min(1).max(1_000_000).default(5_000),
});

/** What one merchant may ask of us. */
const limits = callbackLimits.extend({
  /** Orders asked about at WeChat Pay (查单) a second, by all reconcilers together. */
  queries_per_second: z.number().int().min(1).max(600).default(20),
  /** Requests to merchant-api a second by each API key, per process of it; what is beyond is answered 429. */
  api_requests_per_second: z.number().int().min(1).max(100_000).default(500),
  /** How many may come at once before the rate counts. */
  api_requests_burst: z.number().int().min(1).max(1_000_000).default(1_000),
});

/** Which lines of the merchant's bill (交易账单) are ours: one mchid often has tills and other systems too. */
const bill = z.strictObject({
  /** Whether the bill of each day is checked by itself. */
  check: z.boolean().default(true),
  /** A line is ours where its appid is one of these; default: the merchant's `appids`. */
  appids: z.array(appId).min(1).optional(),
  /** … and, unless this is empty, its out_trade_no begins with one of these. */
  out_trade_no_prefixes: z
    .array(z.string().regex(/^[0-9A-Za-z_\-|*]{1,32}$/))
    .max(100)
    .default([]),
  /**
   * What becomes of a payment that is ours by this rule and whose order nobody registered: `false` only tells of it, `true`
   * takes it as its callback would have been (`unknown_order`).
   */
  adopt: z.boolean().default(false),
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
  /** APIv2密钥, for callbacks of API v2 (XML); without it there are none. */
  api_v2_key: secretRef.optional(),
  /** The one before, while a change is under way. */
  api_v2_key_previous: secretRef.optional(),
  /** 微信支付公钥. */
  wechatpay_public_keys: z.array(wechatpayPublicKey).default([]),
  /**
   * 微信支付平台证书 (not 商户API证书): `auto` downloads and renews them by themselves, `off` has none, or files in PEM.
   * A merchant that WeChat Pay gave no certificate, only a public key, is normal with `auto` too.
   */
  platform_certificates: z.union([z.enum(['auto', 'off']), z.array(z.string().min(1)).min(1)]).default('off'),
  /** Apps that may receive payments for this merchant. */
  appids: z.array(appId).min(1),
  /** 服务商: sp_mchid, whose callbacks name merchants below it. */
  service_provider: z.boolean().default(false),
  shop: shop.optional(),
  pass_through: z.array(passThrough).max(4).default([]),
  /** What ENTRUST.TERMINATE_INQUIRY is answered, which asks whether a deduction contract (委托代扣) may end. */
  contract_termination: z.enum(['allow', 'refuse']).default('allow'),
  /**
   * A payment whose order nobody registered, after about ten minutes of waiting for it: tell the shop
   * (`forward`), wait for the rest of 24 hours (`hold`), or keep it as a dead letter now.
   */
  unknown_order: z.enum(['forward', 'hold', 'dead_letter']).default('dead_letter'),
  /** A payment for an order that was closed: deliver it, or refund it. */
  late_payment: z.enum(['deliver', 'refund']).default('refund'),
  limits: limits.prefault({}),
  bill: bill.prefault({}),
});
export type MerchantConfig = z.infer<typeof merchantConfig>;

/**
 * xpay_subscribe_ios_refund_query_notify must be answered within 3 s. `unless_delivered` refuses where our own order
 * was accepted by the shop, and lets pass otherwise.
 */
const iosRefund = z.strictObject({
  answer: z.enum(['allow', 'refuse', 'unless_delivered']).default('unless_delivered'),
  /** What the answer gives as its evidence, beside what the order shows. */
  evidence: z.string().min(1).max(512).default('The order was delivered according to our records.'),
});

/** What WeChat's order management (发货信息管理), which freezes the money of orders until they are shipped, is told by itself. */
const shipping = z.strictObject({
  /** Virtual goods (3) and self pick-up (4) are uploaded once the shop has accepted the order. */
  auto_upload: z.boolean().default(true),
  /** The buyer is reminded of the receipt (确认收货提醒) when the express company says that the parcel was signed for. */
  remind_receipt: z.boolean().default(false),
});

export const appConfig = z.strictObject({
  /** AppID(小程序ID). */
  appid: appId,
  /** 服务号 service accounts send template messages (模板消息), mini-programs subscription messages (订阅消息). */
  kind: z.enum(['mini_program', 'service_account']).default('mini_program'),
  /** AppSecret(小程序密钥). */
  app_secret: secretRef,
  /** The one before, while a change is under way. */
  app_secret_previous: secretRef.optional(),
  /** Token(令牌) of the message push (消息推送); without it there is none. */
  token: secretRef.optional(),
  token_previous: secretRef.optional(),
  /** EncodingAESKey(消息加密密钥), 43 characters. Where it is set, a push that is not encrypted is refused. */
  encoding_aes_key: secretRef.optional(),
  encoding_aes_key_previous: secretRef.optional(),
  /** Who is told of this app's events; where it is left out, the shop of the only merchant that lists the app. */
  shop: shop.optional(),
  pass_through: z.array(passThrough).max(4).default([]),
  /** `transfer`: what users write is handed to people at 网页版客服; `off`: it is taken and nothing more. */
  customer_service: z.enum(['transfer', 'off']).default('off'),
  limits: callbackLimits.prefault({}),
  /** How the question whether Apple may refund a virtual payment is answered; see iosRefund. */
  ios_refund: iosRefund.prefault({}),
  /** 原始ID, gh_…. */
  original_id: z
    .string()
    .regex(/^gh_[0-9A-Za-z]+$/)
    .optional(),
  /** Which mini-program a message opens: formal, trial or developer. */
  miniprogram_state: z.enum(['formal', 'trial', 'developer']).default('formal'),
  lang: z.enum(['zh_CN', 'en_US', 'zh_HK', 'zh_TW']).default('zh_CN'),
  /** How long a login (POST /v1/sessions) lasts; it is not prolonged, for logging in again asks nothing of the user. */
  session_hours: z
    .number()
    .int()
    .min(1)
    .max(90 * 24)
    .default(7 * 24),
  shipping: shipping.prefault({}),
  /** What its users are told by itself, each by a template of its own. */
  templates: appTemplates.default({}),
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
  readonly apiV2Key: string | undefined;
  readonly apiV2KeyPrevious: string | undefined;
  readonly wechatpayPublicKeys: readonly { readonly id: string; readonly pem: string }[];
  readonly platformCertificatePems: readonly string[];
  /** Whether certificates are downloaded by themselves. */
  readonly downloadsCertificates: boolean;
  readonly appIds: readonly string[];
  readonly isServiceProvider: boolean;
  readonly shop: Shop | undefined;
  readonly passThrough: readonly PassThrough[];
  readonly contractTermination: 'allow' | 'refuse';
  readonly unknownOrder: 'forward' | 'hold' | 'dead_letter';
  readonly latePayment: 'deliver' | 'refund';
  readonly limits: MerchantLimits;
  /** Of requests to merchant-api, for each API key and process. */
  readonly apiRate: { readonly perSecond: number; readonly burst: number };
  readonly bill: BillRule;
}

/** What is done with the merchant's bill, and which of its lines are ours. */
export interface BillRule {
  readonly isChecked: boolean;
  readonly appIds: readonly string[];
  /** Empty: any number. */
  readonly outTradeNoPrefixes: readonly string[];
  readonly adopts: boolean;
}

export interface CallbackLimits {
  readonly callbacksPerSecond: number;
  readonly callbacksBurst: number;
}

export interface MerchantLimits extends CallbackLimits {
  readonly queriesPerSecond: number;
}

export interface Shop {
  readonly webhookUrl: string;
  readonly webhookSecrets: readonly string[];
  readonly allowPrivateNetwork: boolean;
  readonly timeoutMs: number;
  /** Filters over event types; see isWantedEvent. */
  readonly events: readonly string[];
}

/** An address that gets callbacks as they came (透传). */
export interface PassThrough {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly allowPrivateNetwork: boolean;
  readonly timeoutMs: number;
}

/** An app with its secrets read. Never log one. */
export interface App {
  readonly appId: string;
  /** Absent: a mini-program. */
  readonly kind?: 'mini_program' | 'service_account';
  readonly appSecret: string;
  readonly appSecretPrevious: string | undefined;
  readonly push: MessagePush | undefined;
  /** Its own, or that of the only merchant which lists the app. */
  readonly shop: Shop | undefined;
  readonly passThrough: readonly PassThrough[];
  readonly customerService: 'transfer' | 'off';
  readonly limits: CallbackLimits;
  readonly iosRefund: {
    readonly answer: 'allow' | 'refuse' | 'unless_delivered';
    readonly evidence: string;
  };
  readonly originalId: string | undefined;
  readonly miniprogramState: 'formal' | 'trial' | 'developer';
  readonly lang: 'zh_CN' | 'en_US' | 'zh_HK' | 'zh_TW';
  /** How long a login lasts. */
  readonly sessionTtlMs: number;
  readonly shipping: { readonly autoUpload: boolean; readonly remindReceipt: boolean };
  readonly templates: AppTemplates;
}

/** What the message push (消息推送) of an app is verified and opened with; the current ones first. */
export interface MessagePush {
  readonly tokens: readonly string[];
  /** Empty: plaintext mode. */
  readonly encodingAesKeys: readonly string[];
}

export interface MessageTemplate {
  readonly templateId: string;
  readonly page: string | undefined;
  readonly data: Readonly<Record<string, string>>;
  readonly usefulForMs: number;
}

/** What an app tells its users, by what happened. */
export interface AppTemplates {
  readonly orderPaid: MessageTemplate | undefined;
  readonly orderShipped?: MessageTemplate | undefined;
  readonly refundSucceeded?: MessageTemplate | undefined;
}

/** The template by which an app tells of it, if it does. */
export function templateOf(
  { templates }: Pick<App, 'templates'>,
  trigger: MessageTrigger,
): MessageTemplate | undefined {
  switch (trigger) {
    case 'order_paid':
      return templates.orderPaid;
    case 'order_shipped':
      return templates.orderShipped;
    case 'refund_succeeded':
      return templates.refundSucceeded;
    default:
      return trigger satisfies never;
  }
}

/** All merchants and apps of an installation, by their ids. */
export interface MerchantDirectory {
  readonly merchants: ReadonlyMap<string, Merchant>;
  readonly apps: ReadonlyMap<string, App>;
}
