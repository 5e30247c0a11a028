import { appId, mchId, secretRef } from '@huidiao/contracts';
import { z } from 'zod';

/**
 * The file that tells the simulator which merchants, apps and keys WeChat is to know (SIMULATOR_FILE, JSON).
 * Paths in it are relative to the file. Keys are WeChat's own names where WeChat has one.
 */

const merchant = z
  .strictObject({
    /** 商户号. */
    mchid: mchId,
    /** 商户API证书序列号: names the key that signs the merchant's requests. */
    merchant_serial_no: z.string().regex(/^[0-9A-Fa-f]{8,64}$/, 'must be the hexadecimal serial'),
    /** The merchant's public key in PEM (SubjectPublicKeyInfo) … */
    merchant_public_key_file: z.string().min(1).optional(),
    /** … or its 商户API证书 apiclient_cert.pem. One of the two. */
    merchant_certificate_file: z.string().min(1).optional(),
    /** APIv3密钥, 32 bytes: encrypts what notifications say. */
    api_v3_key: secretRef,
    /** APIv2密钥: signs and encrypts callbacks of API v2; without it there are none. */
    api_v2_key: secretRef.optional(),
    /** Apps bound to this merchant. */
    appids: z.array(appId).min(1),
    /** 服务商: takes payments for merchants below it. */
    service_provider: z.boolean().optional(),
    /** What the merchant platform has as address of notifications: console refunds, profit sharing; and for API v2. */
    notify_url: z.url({ protocol: /^https?$/ }).optional(),
    notify_url_v2: z.url({ protocol: /^https?$/ }).optional(),
  })
  .refine(
    (one) => (one.merchant_public_key_file === undefined) !== (one.merchant_certificate_file === undefined),
    {
      path: ['merchant_public_key_file'],
      message: 'exactly one of merchant_public_key_file and merchant_certificate_file is needed',
    },
  );

const app = z
  .strictObject({
    /** AppID(小程序ID). */
    appid: appId,
    /** AppSecret(小程序密钥). */
    app_secret: secretRef,
    /** 小程序 or 服务号. */
    kind: z.enum(['mini-program', 'service-account']).default('mini-program'),
    /** 模板ID → its keywords: { "tmpl…": ["thing1", "amount2"] }. */
    templates: z.record(z.string().min(1), z.array(z.string().regex(/^[a-z_]+[0-9]+$/)).min(1)).default({}),
    /** Messages of each template that a buyer allows with each payment, as if the page had asked. */
    grants_per_payment: z.number().int().min(0).max(100).default(1),
    /** Addresses that may fetch a token; everybody where it is left out. */
    ip_whitelist: z.array(z.string()).optional(),
    /**
     * subscribe/send, of a service account template/send, per day of Beijing: WeChat gives 30 million to apps that take
     * payments, and 100,000.
     */
    daily_send_limit: z.number().int().min(0).optional(),
    /** 原始ID, gh_…; made from the appid where it is left out. */
    original_id: z
      .string()
      .regex(/^gh_[0-9A-Za-z]+$/)
      .optional(),
    /** Token(令牌) of the message push (消息推送); without it nothing is pushed. */
    token: secretRef.optional(),
    /** EncodingAESKey(消息加密密钥), 43 characters. */
    encoding_aes_key: secretRef.optional(),
    /** 明文, 兼容, 安全 (safe where there is a key) and the data format, as the console has them. */
    push_mode: z.enum(['plaintext', 'compatible', 'safe']).optional(),
    push_format: z.enum(['json', 'xml']).optional(),
    /** Where pushes go, as the console has it; else what POST /simulator/push-address checked last. */
    push_url: z.url({ protocol: /^https?$/ }).optional(),
    /** After a payment: `silent` agrees at once, `popup` answers later and pushes it, `kept` agrees without an event. */
    consents: z.enum(['silent', 'popup', 'kept']).optional(),
    /** 发货信息管理: orders are frozen until they are shipped; whether that is agreed to; whether any was shipped before. */
    trade_managed: z.boolean().default(false),
    trade_confirmed: z.boolean().optional(),
    has_shipped: z.boolean().default(true),
  })
  .refine(
    (one) => one.token !== undefined || (one.encoding_aes_key ?? one.push_url ?? one.consents) === undefined,
    {
      path: ['token'],
      message: 'is needed for encoding_aes_key, push_url and consents',
    },
  )
  .refine((one) => one.encoding_aes_key !== undefined || (one.push_mode ?? 'plaintext') === 'plaintext', {
    path: ['encoding_aes_key'],
    message: 'is needed for every push_mode but plaintext',
  });

const publicKey = z.strictObject({
  /** 微信支付公钥ID. */
  id: z.string().regex(/^PUB_KEY_ID_[0-9A-Za-z]+$/, 'must begin with PUB_KEY_ID_'),
  /** The RSA private key in PEM whose public half the receivers were given as pub_key.pem. */
  private_key_file: z.string().min(1),
});

const certificate = z.strictObject({
  /** 微信支付平台证书 in PEM; its serial is read from it. */
  certificate_file: z.string().min(1),
  private_key_file: z.string().min(1),
});

const platform = z.strictObject({
  /**
   * What signs notifications and answers: `public_key` (all newer merchants), `certificate`, `migration`
   * (from certificate to public key, a share each), `renewal` (two certificates at random).
   */
  mode: z.enum(['public_key', 'certificate', 'migration', 'renewal']).default('public_key'),
  public_key: z.union([z.literal('generate'), publicKey]).default('generate'),
  certificates: z.union([z.literal('generate'), z.array(certificate).min(1).max(2)]).default('generate'),
  /** In `migration`: the share of notifications that the public key signs. */
  migration_share: z.number().min(0).max(1).default(0.5),
  /** How certificate serials are spelled in Wechatpay-Serial. */
  serial_spelling: z.enum(['as_issued', 'lower_case', 'leading_zeros']).default('as_issued'),
});

export const simulatorFile = z.strictObject({
  merchants: z.array(merchant).min(1),
  apps: z.array(app).default([]),
  platform: platform.prefault({}),
  /** Takes a notify_url on 127.0.0.1 and other private hosts, which WeChat refuses. For one machine only. */
  allow_private_notify_hosts: z.boolean().default(false),
  /** Lets others than this machine call /simulator. Whoever can, makes payments. */
  allow_remote_control: z.boolean().default(false),
  /** How many times faster than the wall clock the re-send schedule and everything that expires run. */
  clock_speed: z.number().min(0.001).max(1_000_000).default(1),
  /** Share of notifications and answers that a signature probe (签名探测流量) goes before. */
  probe_share: z.number().min(0).max(1).default(0),
  /** Shuffled keys, unknown fields, escapes and spaces in notifications, as real bodies have them. */
  variety: z.boolean().default(true),
  /** Seed of everything that is chosen by chance. */
  seed: z.number().int().min(0).max(0xffff_ffff).default(1),
});
export type SimulatorFile = z.infer<typeof simulatorFile>;
