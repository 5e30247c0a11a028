import { type KeyObject, sign } from 'node:crypto';

/** One request of API v3, as it goes out on the wire. */
export interface RequestToSign {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  /** The path with its query, percent-encoded exactly as sent. */
  readonly pathWithQuery: string;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly nonce: string;
  /** The body exactly as sent; empty where there is none. */
  readonly body: string;
}

/** Who signs: 商户API私钥 and the serial of the 商户API证书 that belongs to it. */
export interface RequestSigner {
  readonly mchId: string;
  readonly merchantSerialNo: string;
  readonly privateKey: KeyObject;
}

/**
 * The text that a request's signature covers: five lines, each ended by a line feed, an empty body too.
 * wechatpay-java, WechatPay2Credential.
 */
export function toRequestMessage(request: RequestToSign): string {
  const { method, pathWithQuery, timestamp, nonce, body } = request;
  return `${method}\n${pathWithQuery}\n${timestamp}\n${nonce}\n${body}\n`;
}

/** The value of the Authorization header for a request. */
export function createAuthorization(signer: RequestSigner, request: RequestToSign): string {
  return toAuthorization('WECHATPAY2-SHA256-RSA2048', {
    mchId: signer.mchId,
    nonce: request.nonce,
    timestamp: request.timestamp,
    merchantSerialNo: signer.merchantSerialNo,
    signature: signText(toRequestMessage(request), signer.privateKey),
  });
}

/** RSASSA-PKCS1-v1_5 with SHA-256 over the text in UTF-8, in base64. */
export function signText(text: string, privateKey: KeyObject): string {
  return sign('sha256', Buffer.from(text, 'utf8'), privateKey).toString('base64');
}

/** The layout of the Authorization header, as wechatpay-go (core/auth/credentials) writes it. */
export function toAuthorization(
  schema: string,
  signed: {
    readonly mchId: string;
    readonly nonce: string;
    readonly timestamp: number;
    readonly merchantSerialNo: string;
    readonly signature: string;
  },
): string {
  const { mchId, nonce, timestamp, merchantSerialNo, signature } = signed;
  return `${schema} mchid="${mchId}",nonce_str="${nonce}",timestamp="${timestamp}",serial_no="${merchantSerialNo}",signature="${signature}"`;
}
