import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/*
 * WXBizMsgCrypt: AES-256-CBC whose IV is the beginning of its key, over 16 random bytes, the length of the message in
 * 4 bytes, the message, the appid; padded to 32 bytes.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */

const blockBytes = 32;

/** The 32 bytes that an EncodingAESKey of 43 characters stands for. */
export function toAesKey(encodingAesKey: string): Buffer {
  return Buffer.from(`${encodingAesKey}=`, 'base64');
}

/** What may be set about a frame; the defaults are what WeChat does. */
export interface FrameOptions {
  /** What the length field says. Default: how long the message is. */
  readonly length?: number;
  /** The padding. Default: 1 to 32 bytes that each say how many they are. */
  readonly pad?: (missing: number) => Buffer;
}

/** The frame before it is encrypted: random, length, message, appid, padding. */
export function toFrame(message: string, appId: string, options: FrameOptions = {}): Buffer {
  const text = Buffer.from(message);
  const length = Buffer.alloc(4);
  length.writeUInt32BE((options.length ?? text.length) >>> 0);
  const content = Buffer.concat([randomBytes(16), length, text, Buffer.from(appId)]);
  const missing = blockBytes - (content.length % blockBytes);
  const pad = options.pad ?? ((bytes) => Buffer.alloc(bytes, bytes));
  return Buffer.concat([content, pad(missing)]);
}

/** So many spaces behind a message that the frame ends in `pad` bytes of padding (1 to 32). */
export function padMessage(message: string, appId: string, pad: number): string {
  const bytes = 20 + Buffer.byteLength(message) + Buffer.byteLength(appId);
  const spaces = (((-bytes - pad) % blockBytes) + blockBytes) % blockBytes;
  return message + ' '.repeat(spaces);
}

/** The frame as base64; its length must be a multiple of 16. */
export function encryptFrame(frame: Buffer, aesKey: Buffer): string {
  const cipher = createCipheriv('aes-256-cbc', aesKey, aesKey.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(frame), cipher.final()]).toString('base64');
}

/** The message and the appid of a frame, or undefined where it does not open. */
export function openMessage(
  encrypted: string,
  aesKey: Buffer,
): { message: string; appId: string } | undefined {
  try {
    const decipher = createDecipheriv('aes-256-cbc', aesKey, aesKey.subarray(0, 16)).setAutoPadding(false);
    const frame = Buffer.concat([decipher.update(Buffer.from(encrypted, 'base64')), decipher.final()]);
    const end = frame.length - (frame.at(-1) ?? 0);
    const messageEnd = 20 + frame.readUInt32BE(16);
    if (messageEnd > end) return undefined;
    return {
      message: frame.subarray(20, messageEnd).toString(),
      appId: frame.subarray(messageEnd, end).toString(),
    };
  } catch {
    return undefined;
  }
}
