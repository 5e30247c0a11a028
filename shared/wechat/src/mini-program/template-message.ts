/** A message of a service account (服务号) from one of its templates (模板消息). */
export interface TemplateMessage {
  /** The follower's openid in this very account. */
  readonly openId: string;
  /** 模板ID. */
  readonly templateId: string;
  /** Keyword of the template → text. */
  readonly data: Readonly<Record<string, string>>;
  /** The address that it opens. */
  readonly url?: string | undefined;
  /** A mini-program linked to the account; it wins over `url`. */
  readonly miniprogram?: { readonly appId: string; readonly pagePath?: string | undefined } | undefined;
  /** At most 32 characters. The same one is sent once to an openid within ten minutes. */
  readonly clientMsgId: string;
}

/**
 * How long WeChat knows a client_msg_id, with a margin for its clock and the way there: the repetition must begin within
 * it, counted from when the first call began.
 */
export const clientMsgIdKnownForMs = 8 * 60_000;

/** https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage.html */
export function toTemplateBody(message: TemplateMessage): Record<string, unknown> {
  const { miniprogram, url } = message;
  return {
    touser: message.openId,
    template_id: message.templateId,
    ...(url === undefined ? {} : { url }),
    ...(miniprogram === undefined
      ? {}
      : {
          miniprogram: {
            appid: miniprogram.appId,
            ...(miniprogram.pagePath === undefined ? {} : { pagepath: miniprogram.pagePath }),
          },
        }),
    client_msg_id: message.clientMsgId,
    data: toTemplateValues(message.data),
  };
}

/** Each text in an object of its own, as both kinds of messages want it. */
export function toTemplateValues(data: Readonly<Record<string, string>>): Record<string, { value: string }> {
  return Object.fromEntries(Object.entries(data).map(([keyword, value]) => [keyword, { value }]));
}
