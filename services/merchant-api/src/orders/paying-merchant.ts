import type { Merchant } from '@huidiao/contracts';
import type { PayClient } from '@huidiao/wechat';

/** A merchant with what it takes to start, ask about and end its payments. */
export interface PayingMerchant {
  readonly merchant: Merchant;
  readonly client: Pick<
    PayClient,
    | 'prepayJsapi'
    | 'prepayCombined'
    | 'queryByOutTradeNo'
    | 'queryCombined'
    | 'closeByOutTradeNo'
    | 'closeCombined'
    | 'requestPaymentParameters'
  >;
  /** Where WeChat Pay sends the payment's notification. */
  readonly notifyUrl: string;
}

/** What starts the payments of a merchant. */
export type PayingOf = (merchant: Merchant) => PayingMerchant;
