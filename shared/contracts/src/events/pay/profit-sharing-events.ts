import { fen, id, payEvent, text } from './pay-event.ts';

const movement = {
  transactionId: text,
  /** 微信分账/回退单号. */
  orderId: id,
  /** 商户分账/回退单号, of the merchant that shares. */
  outOrderNo: text,
  /** MERCHANT_ID, PERSONAL_OPENID or another. */
  receiverType: text,
  receiverAccount: text,
  receiverFen: fen,
  successTime: text,
};

/** 分账动账, told to the receiver of the money. https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter8_1_10.shtml */
export const profitSharingEvents = {
  /** PROFITSHARING.SUCCESS */
  'profit_sharing.succeeded': payEvent('profit_sharing.succeeded', movement),
  /** PROFITSHARING.RETURN */
  'profit_sharing.returned': payEvent('profit_sharing.returned', movement),
  /**
   * Made through API v2, which is told as TRANSACTION.SUCCESS: a share or its return, and only the merchant that
   * knows `orderId` can tell which. https://pay.weixin.qq.com/doc/v2/partner/4011985282
   */
  'profit_sharing.moved': payEvent('profit_sharing.moved', movement),
} as const;
