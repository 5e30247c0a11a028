import { AppError, type ErrorCode, type ErrorDetails, type ErrorKind } from '@huidiao/errors';
import { msUntilBeijingMidnight, msUntilNextMinute } from './beijing-day.ts';
import { jscode2sessionCodes, type LoginApi, phoneNumberCodes } from './login-error-codes.ts';
import { type ShippingApi, shippingCodes } from './shipping-error-codes.ts';

/** The APIs of api.weixin.qq.com whose codes are known here: the same number means different things to each. */
export type MiniProgramApi =
  /** POST /cgi-bin/stable_token */
  | 'stable_token'
  /** POST /cgi-bin/message/subscribe/send: subscription messages (订阅消息). */
  | 'subscribe/send'
  /** POST /wxa/set_user_notify: service cards (新版一次性订阅). */
  | 'set_user_notify'
  /** POST /cgi-bin/message/template/send: template messages of service accounts (服务号模板消息). */
  | 'template/send'
  /** POST /cgi-bin/message/custom/send: customer service messages (客服消息). */
  | 'custom/send'
  /** Withdrawn: template and uniform messages of mini-programs. */
  | 'wxopen/template/send'
  | 'wxopen/template/uniform_send'
  /** WeChat's order management (发货管理), and the list of express companies. */
  | ShippingApi
  | LoginApi;

type Wait = 'next-minute' | 'beijing-midnight' | { readonly ms: number };

export type CodeClass =
  | { readonly verdict: 'done' }
  /** The access_token is dead: replace it once, and try once more. */
  | { readonly verdict: 'replace-token' }
  | {
      readonly verdict: 'failed';
      readonly error: ErrorCode;
      /** Where it is not the usual kind of the error. */
      readonly kind?: ErrorKind;
      readonly wait?: Wait;
    };

/** Code → what it means; of two rows with one code the later counts. */
export type CodeRows = readonly (readonly [number, CodeClass])[];

const done: CodeClass = { verdict: 'done' };
const deadToken: CodeClass = { verdict: 'replace-token' };
const minute = 60_000;

/** "System busy" before anything was done; each attempt counts, so that it ends as a dead letter. */
const busy: CodeClass = { verdict: 'failed', error: 'WECHAT_BUSY', kind: 'transient' };
const refused: CodeClass = { verdict: 'failed', error: 'WECHAT_REFUSED' };
const badCredentials: CodeClass = { verdict: 'failed', error: 'WECHAT_CREDENTIALS_REFUSED' };
const badMessage: CodeClass = { verdict: 'failed', error: 'MESSAGE_REFUSED' };
const notSubscribed: CodeClass = { verdict: 'failed', error: 'MESSAGE_NOT_SUBSCRIBED' };
const recipientBusy: CodeClass = { verdict: 'failed', error: 'MESSAGE_RECIPIENT_BUSY', wait: { ms: 2_000 } };
const recipientTired: CodeClass = {
  verdict: 'failed',
  error: 'MESSAGE_RECIPIENT_BUSY',
  wait: { ms: 5 * minute },
};
const dayQuota: CodeClass = { verdict: 'failed', error: 'WECHAT_QUOTA_EXHAUSTED', wait: 'beijing-midnight' };
const minuteQuota: CodeClass = { verdict: 'failed', error: 'WECHAT_QUOTA_EXHAUSTED', wait: 'next-minute' };
const waitForAdmin: CodeClass = {
  verdict: 'failed',
  error: 'WECHAT_CREDENTIALS_REFUSED',
  kind: 'throttled',
  wait: { ms: 5 * minute },
};

/** What every call that needs an access_token may answer. */
const common: readonly (readonly [number, CodeClass])[] = [
  [0, done],
  [-1, busy],
  [40001, deadToken],
  [40014, deadToken],
  [41001, deadToken],
  [42001, deadToken],
  [44990, minuteQuota],
  [44991, minuteQuota],
  [45009, dayQuota],
  [45011, minuteQuota],
  [47001, badMessage],
  [48001, refused],
  [48004, refused],
  [50002, refused],
];

function withCommon(codes: CodeRows): CodeRows {
  return [...common, ...codes];
}

const byApi: Readonly<Record<MiniProgramApi, readonly (readonly [number, CodeClass])[]>> = {
  // https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html
  stable_token: [
    [-1, busy],
    // Here it is the secret that is wrong; for every other API it is the token that is dead.
    [40001, badCredentials],
    [40002, refused],
    [40013, badCredentials],
    [40125, badCredentials],
    [40164, badCredentials],
    [40243, badCredentials],
    [41002, badCredentials],
    [41004, badCredentials],
    [43002, refused],
    [45009, dayQuota],
    [45011, minuteQuota],
    [50004, refused],
    [50007, refused],
    [89503, waitForAdmin],
    [89506, badCredentials],
    [89507, badCredentials],
  ],
  // https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
  // Codes that this page leaves out: WxJava, WxOpenErrorMsgEnum.
  'subscribe/send': [
    ...common,
    [40003, badMessage],
    [40037, badMessage],
    [41030, badMessage],
    [43101, notSubscribed],
    [43107, badMessage],
    [43108, recipientBusy],
    [43116, badMessage],
    [43117, recipientTired],
    [45103, refused],
    [45109, refused],
    [45168, badMessage],
    [47003, badMessage],
  ],
  // https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message-2.html
  set_user_notify: [
    ...common,
    [85431, busy],
    [85433, badMessage],
    [85434, badMessage],
    [85435, badMessage],
    [85436, badMessage],
    [85437, { verdict: 'failed', error: 'WECHAT_BUSY', kind: 'transient', wait: { ms: minute } }],
    [85438, badMessage],
    [85439, badMessage],
    [85440, badMessage],
    [85441, badMessage],
    [85442, badMessage],
    [85443, badMessage],
    [85448, badMessage],
    [85449, busy],
    [85461, badMessage],
    [85462, badMessage],
  ],
  // https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Template_Message_Interface.html
  'template/send': [
    ...common,
    [40003, badMessage],
    [40013, badMessage],
    [40037, badMessage],
    [40165, badMessage],
    [40249, badMessage],
    [43004, notSubscribed],
    [43116, badMessage],
    [43117, recipientTired],
    [47003, badMessage],
    [48011, badMessage],
  ],
  'custom/send': [...common, [45015, notSubscribed], [45047, recipientTired]],
  'wxopen/template/send': [...common, [45103, refused]],
  'wxopen/template/uniform_send': [...common, [45109, refused]],
  jscode2session: jscode2sessionCodes,
  getuserphonenumber: withCommon(phoneNumberCodes),
  upload_shipping_info: withCommon(shippingCodes.upload_shipping_info),
  upload_combined_shipping_info: withCommon(shippingCodes.upload_combined_shipping_info),
  get_order: withCommon(shippingCodes.get_order),
  is_trade_managed: withCommon(shippingCodes.is_trade_managed),
  notify_confirm_receive: withCommon(shippingCodes.notify_confirm_receive),
  get_delivery_list: withCommon(shippingCodes.get_delivery_list),
  opspecialorder: withCommon(shippingCodes.opspecialorder),
};

/** The one table of error codes of api.weixin.qq.com, keyed by `API code`. */
export const miniProgramErrorCodes: ReadonlyMap<string, CodeClass> = new Map(
  Object.entries(byApi).flatMap(([api, codes]) =>
    codes.map(([code, meaning]) => [`${api} ${code}`, meaning] as const),
  ),
);

/** How often a message with an unknown code is worth trying. */
export const unknownCodeAttempts = 3;

/**
 * What WeChat meant by `errcode` in answer to this API. A code that nobody has seen may pass by itself: it is
 * tried again, and `details.attemptsAtMost` says how often that is worth it.
 */
export function classifyErrcode(api: MiniProgramApi, errcode: number): CodeClass {
  return (
    miniProgramErrorCodes.get(`${api} ${errcode}`) ?? {
      verdict: 'failed',
      error: 'WECHAT_REFUSED',
      kind: 'transient',
    }
  );
}

/** The error of a classified answer. `details` names the answer, without secrets. */
export function toErrcodeError(
  api: MiniProgramApi,
  answer: {
    readonly errcode: number;
    readonly rid?: string | undefined;
    readonly errmsg?: string | undefined;
  },
  now: Date,
): AppError {
  const { errcode, rid, errmsg } = answer;
  const isKnown = miniProgramErrorCodes.has(`${api} ${errcode}`);
  const details: ErrorDetails = {
    api,
    remoteCode: errcode,
    ...(rid === undefined ? {} : { rid }),
    ...(errmsg === undefined ? {} : { remoteMessage: errmsg }),
    ...(isKnown ? {} : { attemptsAtMost: unknownCodeAttempts }),
  };
  const meaning = classifyErrcode(api, errcode);
  if (meaning.verdict !== 'failed') return new AppError('WECHAT_TOKEN_REFUSED', { details });
  const { error, kind, wait } = meaning;
  return new AppError(error, {
    ...(kind === undefined ? {} : { kind }),
    ...(wait === undefined ? {} : { retryAfterMs: toWaitMs(wait, now) }),
    details,
  });
}

function toWaitMs(wait: Wait, now: Date): number {
  if (wait === 'next-minute') return msUntilNextMinute(now);
  if (wait === 'beijing-midnight') return msUntilBeijingMidnight(now);
  return wait.ms;
}
