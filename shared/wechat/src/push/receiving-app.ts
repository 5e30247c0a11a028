import type { App } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';

/** What receiving the message push (消息推送) of one app needs, made once. Never log one. */
export interface ReceivingApp {
  readonly appId: string;
  /** The current one first. */
  readonly tokens: readonly string[];
  /** 32 bytes each, the current one first. Without any, plaintext mode is all that can be received. */
  readonly aesKeys: readonly Buffer[];
  /** 原始ID, gh_…, where it is configured. */
  readonly originalId: string | undefined;
  /** Whether what users write is handed to people at 网页版客服. */
  readonly transfersCustomerService: boolean;
}

/**
 * Undefined for an app without a Token(令牌): it receives nothing.
 * Throws CONFIG_INVALID on an EncodingAESKey(消息加密密钥) that is not 43 characters of base64.
 */
export function createReceivingApp(app: App): ReceivingApp | undefined {
  if (app.push === undefined || app.push.tokens.length === 0) return undefined;
  return {
    appId: app.appId,
    tokens: app.push.tokens,
    aesKeys: app.push.encodingAesKeys.map((key) => toAesKey(key, app.appId)),
    originalId: app.originalId,
    transfersCustomerService: app.customerService === 'transfer',
  };
}

/**
 * AESKey = Base64_Decode(EncodingAESKey + "="). Two bits of the last character mean nothing and are rarely zero, so
 * this is no canonical base64, and must not be compared with its re-encoding.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */
function toAesKey(encodingAesKey: string, appId: string): Buffer {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64');
  if (!/^[0-9A-Za-z+/]{43}$/.test(encodingAesKey) || key.length !== 32) {
    throw new AppError('CONFIG_INVALID', { message: `an EncodingAESKey of ${appId} has not 43 characters` });
  }
  return key;
}
