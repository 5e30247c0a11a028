import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/**
 * WXBizMsgCrypt: AES-256-CBC whose first 16 bytes of key are the IV too, over 16 random bytes, four bytes of the
 * message's length, the message, the appid, and a padding to a multiple of 32.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */
const algorithm = 'aes-256-cbc';
const cipherBlock = 16;
const paddedBlock = 32;
const randomLength = 16;
const headLength = randomLength + 4;

/** What was in `Encrypt`: the message's bytes, and which of the keys opened it. */
export type OpenedPush =
  | { readonly opened: true; readonly message: Buffer; readonly aesKeyIndex: number }
  | { readonly opened: false; readonly reason: SealFault };

/**
 * Why nothing was. `encrypt_malformed`: no base64, or not of whole blocks. `frame_malformed`: a key of ours opened it, but padding or
 * length are wrong. `another_app`: the frame names another app. `key_does_not_open`: no key of ours made it.
 */
export type SealFault = 'encrypt_malformed' | 'frame_malformed' | 'another_app' | 'key_does_not_open';

/** Opens `Encrypt` with the first of the keys that fits. Call it for signed input only. Throws on no input. */
export function openPush(encrypt: string, appId: string, aesKeys: readonly Buffer[]): OpenedPush {
  const sealed = fromBase64(encrypt);
  if (sealed === undefined || sealed.length < paddedBlock || sealed.length % cipherBlock !== 0) {
    return { opened: false, reason: 'encrypt_malformed' };
  }
  let reason: SealFault = 'key_does_not_open';
  for (const [aesKeyIndex, aesKey] of aesKeys.entries()) {
    const frame = readFrame(decrypt(sealed, aesKey), Buffer.from(appId, 'utf8'));
    if (typeof frame !== 'string') return { opened: true, message: frame, aesKeyIndex };
    if (frame !== 'key_does_not_open') reason = frame;
  }
  return { opened: false, reason };
}

/** Seals a reply. `random16` is 16 characters as WeChat's own are; only its published samples fix them. */
export function sealPush(
  message: string,
  appId: string,
  aesKey: Buffer,
  random16: string = randomBytes(8).toString('hex'),
): string {
  const text = Buffer.from(message, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const frame = Buffer.concat([Buffer.from(random16, 'utf8'), length, text, Buffer.from(appId, 'utf8')]);
  const pad = paddedBlock - (frame.length % paddedBlock);
  const cipher = createCipheriv(algorithm, aesKey, aesKey.subarray(0, cipherBlock)).setAutoPadding(false);
  return Buffer.concat([
    cipher.update(frame),
    cipher.update(Buffer.alloc(pad, pad)),
    cipher.final(),
  ]).toString('base64');
}

/** Node's own removal of the padding refuses the pads from 17 to 32. */
function decrypt(sealed: Buffer, aesKey: Buffer): Buffer {
  const decipher = createDecipheriv(algorithm, aesKey, aesKey.subarray(0, cipherBlock)).setAutoPadding(false);
  return Buffer.concat([decipher.update(sealed), decipher.final()]);
}

/** The message in the frame, once padding, length and appid are right, in this order. */
function readFrame(padded: Buffer, appId: Buffer): Buffer | Exclude<SealFault, 'encrypt_malformed'> {
  // Under a wrong key nothing but noise comes out, and the appid does not stand in noise.
  const toFault = () => (padded.includes(appId) ? 'frame_malformed' : 'key_does_not_open');
  const pad = padded.at(-1) ?? 0;
  if (pad < 1 || pad > paddedBlock || !padded.subarray(-pad).every((byte) => byte === pad)) return toFault();
  const frame = padded.subarray(0, padded.length - pad);
  if (frame.length < headLength) return toFault();
  const end = headLength + frame.readUInt32BE(randomLength);
  if (end > frame.length) return toFault();
  const named = frame.subarray(end);
  if (named.equals(appId)) return frame.subarray(headLength, end);
  const isOtherName = /^[0-9A-Za-z_-]{1,64}$/.test(named.toString('latin1')) && !named.includes(appId);
  return isOtherName ? 'another_app' : toFault();
}

/** Strict: Buffer.from skips over foreign characters instead of refusing them. */
function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
