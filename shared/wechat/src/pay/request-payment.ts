import type { KeyObject } from 'node:crypto';
import type { RequestPaymentParameters } from '@huidiao/contracts';
import { signText } from './sign-request.ts';

/** What the parameters of wx.requestPayment are made from. */
export interface PaymentToRequest {
  /** The app of the prepay call; another app's payment is refused. */
  readonly appId: string;
  /** 预支付交易会话标识; valid for two hours. */
  readonly prepayId: string;
  /** 商户API私钥. */
  readonly privateKey: KeyObject;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly nonce: string;
}

/**
 * The text that `paySign` covers: four lines, each ended by a line feed; signType is not among them.
 * https://pay.weixin.qq.com/docs/partner/apis/partner-miniprogram-payment/mini-transfer-payment.html
 */
export function toPaySignMessage(
  payment: Pick<PaymentToRequest, 'appId' | 'prepayId' | 'timestamp' | 'nonce'>,
): string {
  const { appId, timestamp, nonce, prepayId } = payment;
  return `${appId}\n${timestamp}\n${nonce}\nprepay_id=${prepayId}\n`;
}

/** The parameters with which the mini-program calls wx.requestPayment (调起支付). */
export function toRequestPaymentParameters(payment: PaymentToRequest): RequestPaymentParameters {
  return {
    timeStamp: String(payment.timestamp),
    nonceStr: payment.nonce,
    package: `prepay_id=${payment.prepayId}`,
    signType: 'RSA',
    paySign: signText(toPaySignMessage(payment), payment.privateKey),
  };
}
