import { z } from 'zod';
import { appId, mchId } from '../ids.ts';
import { callbackLimits, passThrough, shop } from './callback-config.ts';
import { secretRef } from './secret-ref.ts';

const wechatpayPublicKey = z.strictObject({
  /** 微信支付公钥ID; exact text, of any length. */
  id: z.string().regex(/^PUB_KEY_ID_[0-9A-Za-z]+$/, 'must begin with PUB_KEY_ID_'),
  /** 微信支付公钥 pub_key.pem. */
  file: z.string().min(1),
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
   * A payment whose order nobody registered, after waiting for it (see below): tell the shop
   * (`forward`), wait for the rest of 24 hours (`hold`), or keep it as a dead letter now.
   */
  unknown_order: z.enum(['forward', 'hold', 'dead_letter']).default('dead_letter'),
  /** How long that waits for its order, but for `hold`; 0 for a merchant that registers no orders. Default 600. */
  unknown_order_after_seconds: z.number().int().min(0).max(600).optional(),
  /** A payment for an order that was closed: deliver it, or refund it. */
  late_payment: z.enum(['deliver', 'refund']).default('refund'),
  limits: limits.prefault({}),
  bill: bill.prefault({}),
});
export type MerchantConfig = z.infer<typeof merchantConfig>;
