import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Clock, Merchant } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { HttpAgents } from '../http/http-agents.ts';
import type { PlatformKeys } from './platform-keys.ts';
import type { PayCaller } from './send-pay-request.ts';

export interface PayCallerOptions {
  readonly merchant: Merchant;
  /** What answers are verified with. */
  readonly keys: PlatformKeys;
  /** https://api.mch.weixin.qq.com */
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly agents: HttpAgents;
}

/** @throws AppError CONFIG_INVALID on a private key that cannot be used */
export function createPayCaller({ merchant, ...options }: PayCallerOptions): PayCaller {
  const { mchId, merchantSerialNo } = merchant;
  return {
    ...options,
    signer: { mchId, merchantSerialNo, privateKey: parsePrivateKey(merchant) },
    answerKeyId: merchant.wechatpayPublicKeys[0]?.id,
  };
}

function parsePrivateKey(merchant: Merchant): KeyObject {
  try {
    const key = createPrivateKey(merchant.merchantPrivateKeyPem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // Falls through: the cause could quote the key.
  }
  throw new AppError('CONFIG_INVALID', {
    message: `the API private key (商户API私钥) of ${merchant.mchId} is not an RSA key in PEM`,
  });
}
