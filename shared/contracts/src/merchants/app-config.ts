import { z } from 'zod';
import { appId } from '../ids.ts';
import { appTemplates } from '../message-template-config.ts';
import { callbackLimits, passThrough, shop } from './callback-config.ts';
import { secretRef } from './secret-ref.ts';

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
