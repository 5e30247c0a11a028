import type { Certificate, PlatformMode, PublicKey, SerialSpelling } from './pay/platform-keys.ts';
import type { PushMode } from './push/build-push.ts';
import type { PushFormat } from './push/push-content.ts';

/** A merchant as WeChat Pay knows it. `apiV3Key` is a secret of 32 bytes. */
export interface SimulatedMerchant {
  readonly mchId: string;
  /** Serial of the merchant's API certificate (商户API证书序列号). */
  readonly merchantSerialNo: string;
  /** PEM, SubjectPublicKeyInfo. */
  readonly merchantPublicKeyPem: string;
  readonly apiV3Key: string;
  /** Of API v2; without it there are no callbacks in XML. */
  readonly apiV2Key?: string;
  readonly appIds: readonly string[];
  /** 服务商: it takes payments for merchants below it, and may use /v3/security/echo. */
  readonly isServiceProvider?: boolean;
  /** What the merchant platform has as its address of notifications: refunds in the console, profit sharing. */
  readonly notifyUrl?: string;
  /** The same for API v2. */
  readonly notifyUrlV2?: string;
}

/** The message push (消息推送) of a mini-program as its console has it. */
export interface SimulatedPush {
  readonly token: string;
  /** 43 characters; without it only plaintext mode is possible. */
  readonly encodingAesKey?: string;
  readonly mode: PushMode;
  readonly format: PushFormat;
  /** Default: whatever POST /simulator/push-address checked last. */
  readonly url?: string;
}

/**
 * How an app's buyers are asked for messages after a payment. `silent`: they agree at once, and nothing is pushed.
 * `popup`: they answer some seconds later, which is pushed. `kept` (总是保持以上选择): they agree at once, without an event.
 * But for `silent`, the fate of each message is pushed too.
 */
export type Consents = 'silent' | 'popup' | 'kept';

/** Whether an app's orders are under WeChat's shipping management (发货信息管理), which freezes their money until then. */
export interface SimulatedTrade {
  readonly isManaged: boolean;
  /** The merchants of the app agreed to it (交易结算管理确认). Default: as isManaged. */
  readonly isConfirmed?: boolean | undefined;
  /** Only an app that has shipped something is reminded of single orders; another of the API, daily. Default true. */
  readonly hasShipped?: boolean | undefined;
}

/** A mini-program or a service account as WeChat knows it. */
export interface SimulatedApp {
  readonly appId: string;
  readonly appSecret: string;
  /** 小程序 or 服务号: each has messages of its own. Default mini-program. */
  readonly kind?: 'mini-program' | 'service-account';
  /** 模板ID → keywords. */
  readonly templates: Readonly<Record<string, readonly string[]>>;
  /** Messages of each template that every payment of a buyer allows. Default 1. */
  readonly grantsPerPayment?: number;
  /** Source addresses that may fetch a token. Default: all. */
  readonly ipWhitelist?: readonly string[];
  /** subscribe/send per day of Beijing, of a service account template/send. Default 30 million, and 100,000. */
  readonly dailySendLimit?: number;
  /** 原始ID, gh_…. Default: made from the appid. */
  readonly originalId?: string;
  readonly push?: SimulatedPush;
  /** Default: not managed. */
  readonly trade?: SimulatedTrade;
  /** Default silent. */
  readonly consents?: Consents;
}

/** What signs in WeChat's name; keys that are left out are made. */
export interface PlatformSettings {
  readonly mode?: PlatformMode;
  readonly publicKey?: PublicKey;
  readonly certificates?: readonly Certificate[];
  readonly migrationShare?: number;
  readonly serialSpelling?: SerialSpelling;
}

/** Everything that a simulator is made from. */
export interface SimulatorSettings {
  readonly merchants: readonly SimulatedMerchant[];
  readonly apps: readonly SimulatedApp[];
  readonly platform: PlatformSettings;
  readonly allowPrivateNotifyHosts: boolean;
  readonly allowRemoteControl: boolean;
  /** How many times faster than the wall clock durations pass. */
  readonly clockSpeed: number;
  /** 0–1, see Faults. */
  readonly probeShare: number;
  readonly variety: boolean;
  readonly seed: number;
  /** How long a receiver of a notification may take, in real milliseconds. WeChat: 5,000. */
  readonly answerLimitMs: number;
}

export const defaultSettings: SimulatorSettings = {
  merchants: [],
  apps: [],
  platform: {},
  allowPrivateNotifyHosts: false,
  allowRemoteControl: false,
  clockSpeed: 1,
  probeShare: 0,
  variety: true,
  seed: 1,
  answerLimitMs: 5_000,
};
