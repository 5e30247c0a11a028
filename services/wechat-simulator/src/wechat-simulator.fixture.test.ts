import {
  createDecipheriv,
  createPublicKey,
  createSign,
  createVerify,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rsaKeysOf } from '@huidiao/testing';
import type { PublishedKeys, SimulatedApp, SimulatedMerchant } from './index.ts';

/*
 * A merchant, an app and a receiver of notifications, written with node:crypto alone: they share nothing with
 * the simulator that they look at.
 */

export const appId = 'wx1234567890abcdef';
export const otherAppId = 'wxfedcba0987654321';
export const openId = 'oBuyer_of-tests-1';
export const templateId = 'tmpl-order-paid';

export const testApp: SimulatedApp = {
  appId,
  appSecret: 'the-app-secret-of-tests',
  templates: { [templateId]: ['thing1', 'amount2'] },
};

const { privateKey, publicKey } = rsaKeysOf('merchant');

export const apiV2Key = 'fedcba98765432100123456789abcdef';
export const pushToken = 'a-token-of-tests';
/** 43 characters, not canonical base64: its last one has spare bits, as those of WeChat's own samples. */
export const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';

export const testMerchant: SimulatedMerchant = {
  mchId: '1900000109',
  merchantSerialNo: '3775B6A45ACD588826D15E583A95F5DD1C1D2E3F',
  merchantPublicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  apiV3Key: '0123456789abcdefghijklmnopqrstuv',
  appIds: [appId],
};

export interface CallOptions {
  readonly serial?: string;
  readonly timestamp?: number;
  /** What is signed, where it differs from what is sent. */
  readonly signedUrl?: string;
  readonly signedBody?: string;
  readonly authorization?: string;
  /** Another merchant than testMerchant, with the same key. */
  readonly mchId?: string;
  /** Wechatpay-Serial: the key that the answer is to be signed with. */
  readonly askedSerial?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly bytes: Buffer;
  readonly json: AnswerBody;
}

/** What the tests look for in answers; each answer has only some of it. */
export interface AnswerBody {
  readonly code: string;
  readonly message: string;
  readonly detail: { readonly field: string };
  readonly prepay_id: string;
  readonly code_url: string;
  readonly out_trade_no: string;
  readonly transaction_id: string;
  readonly trade_state: string;
  readonly amount: Readonly<Record<string, unknown>>;
  readonly errcode: number;
  readonly errmsg: string;
  readonly access_token: string;
  readonly expires_in: number;
  readonly notification_id: string;
}

/** Calls WeChat Pay as the merchant does: signed, unless the options spoil it. */
export async function callPay(
  uri: string,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  options: CallOptions = {},
): Promise<Answer> {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const timestamp = options.timestamp ?? Math.floor(Date.now() / 1_000);
  const nonce = randomBytes(16).toString('hex');
  const signature = sign(
    `${method}\n${options.signedUrl ?? path}\n${timestamp}\n${nonce}\n${options.signedBody ?? text}\n`,
  );
  const fields = {
    mchid: options.mchId ?? testMerchant.mchId,
    nonce_str: nonce,
    timestamp: String(timestamp),
    serial_no: options.serial ?? testMerchant.merchantSerialNo,
    signature,
  };
  const authorization = `WECHATPAY2-SHA256-RSA2048 ${Object.entries(fields)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}`;
  const response = await fetch(uri + path, {
    method,
    headers: {
      authorization: options.authorization ?? authorization,
      'content-type': 'application/json',
      ...(options.askedSerial && { 'wechatpay-serial': options.askedSerial }),
    },
    ...(text !== '' && { body: text }),
  });
  return toAnswer(response);
}

export async function callJson(method: string, url: string, body?: unknown): Promise<Answer> {
  return toAnswer(
    await fetch(url, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  );
}

async function toAnswer(response: Response): Promise<Answer> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, headers: response.headers, text, bytes, json: json as AnswerBody };
}

let counter = 0;
/** A fresh 商户订单号. */
export function newOutTradeNo(): string {
  counter += 1;
  return `TEST${randomBytes(6).toString('hex')}${counter}`;
}

/** A prepay body that nothing is wrong with. */
export function prepayBody(notifyUrl: string, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    appid: appId,
    mchid: testMerchant.mchId,
    description: '咖啡一杯',
    out_trade_no: newOutTradeNo(),
    notify_url: notifyUrl,
    amount: { total: 1_880, currency: 'CNY' },
    payer: { openid: openId },
    ...change,
  };
}

/** What the merchant's server hands to wx.requestPayment. */
export function requestPayment(prepayId: string) {
  const message = {
    timeStamp: String(Math.floor(Date.now() / 1_000)),
    nonceStr: randomBytes(16).toString('hex'),
  };
  const packageText = `prepay_id=${prepayId}`;
  return {
    appId,
    ...message,
    package: packageText,
    signType: 'RSA',
    paySign: sign(`${appId}\n${message.timeStamp}\n${message.nonceStr}\n${packageText}\n`),
  };
}

function sign(message: string): string {
  return createSign('RSA-SHA256').update(message).sign(privateKey, 'base64');
}

/** Whether the Wechatpay-* headers fit the body under a published key; names the key that did. */
export function verifySignature(
  header: (name: string) => string | null | undefined,
  body: string,
  published: PublishedKeys,
): { serial: string; verifies: boolean } {
  const serial = header('wechatpay-serial') ?? '';
  const certificate = published.certificates.find(
    (one) => /^[0-9A-Fa-f]+$/.test(serial) && BigInt(`0x${one.serial}`) === BigInt(`0x${serial}`),
  );
  const pem = serial === published.publicKey?.id ? published.publicKey.pem : certificate?.pem;
  if (pem === undefined) return { serial, verifies: false };
  const key = pem.includes('CERTIFICATE') ? new X509Certificate(pem).publicKey : createPublicKey(pem);
  const verifies = createVerify('RSA-SHA256')
    .update(`${header('wechatpay-timestamp')}\n${header('wechatpay-nonce')}\n${body}\n`)
    .verify(key, header('wechatpay-signature') ?? '', 'base64');
  return { serial, verifies };
}

/** Opens resource with an APIv3 key; throws where the tag does not fit. */
export function openResource(
  resource: { ciphertext: string; nonce: string; associated_data?: string },
  apiV3Key: string,
): string {
  const bytes = Buffer.from(resource.ciphertext, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(apiV3Key), Buffer.from(resource.nonce));
  decipher.setAuthTag(bytes.subarray(-16));
  decipher.setAAD(Buffer.from(resource.associated_data ?? ''));
  return decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8');
}

export interface Received {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly headersDistinct: NodeJS.Dict<string[]>;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  close(): Promise<void>;
}

/** A status without a body, or both. */
export type ReceiverAnswer = number | { readonly status: number; readonly body: string };

/** A merchant's notify_url. `respond` gives what to answer, or nothing to stay silent. */
export async function createReceiver(
  respond: (received: Received, index: number) => ReceiverAnswer | undefined = () => 204,
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers, headersDistinct } = request;
      const one = { method, url, headers, headersDistinct, body: Buffer.concat(chunks).toString() };
      const answer = respond(one, received.push(one) - 1);
      if (answer === undefined) return;
      const { status, body } = typeof answer === 'number' ? { status: answer, body: '' } : answer;
      response.writeHead(status).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks/wechat-pay/1900000109`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
