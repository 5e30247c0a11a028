import type { App, Merchant, MerchantDirectory } from '@huidiao/contracts';
import { callbacksToRegister, registeredCallbacks } from '@huidiao/wechat';
import { toNotifyUrl } from '../orders/notify-url.ts';

/** Where an address is set: in the call that starts something, at WeChat's consoles, or by an API of its own. */
export type SettingPlace = '下单参数' | '商户平台' | 'API' | '小程序后台';

/** One address, ready to paste, and everything that is to be set to it. */
export interface CallbackUrl {
  readonly owner: { readonly mchId: string } | { readonly appId: string };
  readonly title: string;
  readonly url: string;
  readonly settings: readonly CallbackSetting[];
}

export interface CallbackSetting {
  readonly place: SettingPlace;
  /** What it is called there, and how it is set. */
  readonly what: string;
}

/** The addresses of all merchants and apps of a directory. `base` has no slash at its end. */
export function toCallbackUrls(base: string, { merchants, apps }: MerchantDirectory): CallbackUrl[] {
  return [
    ...[...merchants.values()].flatMap((merchant) => toUrlsOfMerchant(base, merchant)),
    ...[...apps.values()].filter(hasPush).map((app) => toUrlOfApp(base, app)),
  ];
}

/** Apps whose message push cannot be received, for they have no Token(令牌). */
export function withoutPush({ apps }: MerchantDirectory): string[] {
  return [...apps.values()].filter((app) => !hasPush(app)).map(({ appId }) => appId);
}

const hasPush = ({ push }: App): boolean => push !== undefined;

function toUrlsOfMerchant(base: string, merchant: Merchant): CallbackUrl[] {
  const { mchId } = merchant;
  const owner = { mchId };
  const registered = callbacksToRegister(merchant).map((name) => registeredCallbacks[name].label);
  const v3: CallbackUrl = {
    owner,
    title: 'API v3',
    url: toNotifyUrl(base, mchId),
    settings: [
      {
        place: '下单参数',
        what: '支付通知地址 notify_url of every prepay (合单 too); merchant-api gives it by itself',
      },
      {
        place: '下单参数',
        what: '退款通知地址 notify_url of every refund; it goes before the one of 商户平台',
      },
      { place: '下单参数', what: 'notify_url of 商家转账, 支付分 and 委托代扣, where you use them' },
      { place: '商户平台', what: '退款通知地址, for refunds that are started there' },
      { place: '商户平台', what: '分账动账通知设置, of the merchant that receives a share (分账接收方)' },
      { place: 'API', what: `${registered.join(', ')}: npm run callbacks -- sync` },
    ],
  };
  if (merchant.apiV2Key === undefined) return [v3];
  const v2: CallbackUrl = {
    owner,
    title: 'API v2',
    url: `${base}/callbacks/wechat-pay-v2/${mchId}`,
    settings: [
      { place: '下单参数', what: 'notify_url of 统一下单, 申请退款 and 委托代扣 (签约, 扣款) of API v2' },
      { place: '商户平台', what: '交易中心 → 退款配置, where refunds of API v2 name none' },
    ],
  };
  return [v3, v2];
}

function toUrlOfApp(base: string, { appId, push }: App): CallbackUrl {
  const isEncrypted = push !== undefined && push.encodingAesKeys.length > 0;
  const mode = isEncrypted
    ? '安全模式 (recommended) or 兼容模式, with the EncodingAESKey of encoding_aes_key'
    : '明文模式, for this app has no encoding_aes_key';
  return {
    owner: { appId },
    title: '消息推送',
    url: `${base}/callbacks/mini-program/${appId}`,
    settings: [
      {
        place: '小程序后台',
        what: `开发 → 开发管理 → 消息推送配置: this URL, the Token of token, ${mode}; JSON or XML`,
      },
    ],
  };
}
