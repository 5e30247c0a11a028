import { encryptSensitive } from './encrypt-sensitive.ts';
import type { PlatformKey } from './platform-keys.ts';

/** A user's debit card, of one of the banks that WeChat Pay lists. Never log or store one. */
export interface BankCard {
  /** 开户银行, such as ICBC_DEBIT. */
  readonly bankType: string;
  readonly bankAccount: string;
  readonly realName: string;
}

/** Where the money of a refund that is ABNORMAL shall go instead: to a card of the user, or to the merchant's account. */
export interface AbnormalRefund {
  readonly refundId: string;
  readonly outRefundNo: string;
  readonly subMchId?: string | undefined;
  /** Without it: to the merchant. */
  readonly card?: BankCard | undefined;
}

/**
 * https://pay.weixin.qq.com/doc/v3/merchant/4013070388, https://pay.weixin.qq.com/doc/v3/partner/4017150905
 * @param key encrypts the card's number and its owner's name
 */
export function toAbnormalRefundBody(refund: AbnormalRefund, key: PlatformKey | undefined) {
  const { outRefundNo, subMchId, card } = refund;
  const owner = subMchId === undefined ? {} : { sub_mchid: subMchId };
  if (card === undefined || key === undefined) {
    return { ...owner, out_refund_no: outRefundNo, type: 'MERCHANT_BANK_CARD' };
  }
  return {
    ...owner,
    out_refund_no: outRefundNo,
    type: 'USER_BANK_CARD',
    bank_type: card.bankType,
    bank_account: encryptSensitive(key, card.bankAccount),
    real_name: encryptSensitive(key, card.realName),
  };
}
