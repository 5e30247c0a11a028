import type { Merchant, MerchantDirectory } from '@huidiao/contracts';

/** Who gives a payment back, as WeChat Pay is asked for that. */
export interface Payee {
  /** Whose key signs. */
  readonly merchant: Merchant;
  /** 子商户号, where a service provider asks for a merchant below it. */
  readonly subMchId: string | undefined;
}

/**
 * Who gives back what went to `subMchId`: a service provider for the merchants below it. A part of a direct merchant's combined
 * order (合单) that went to another direct merchant is an order of that one, which alone may sign for its refunds; of
 * anybody else WeChat Pay says that the request does not fit the order. Pure.
 * https://developers.weixin.qq.com/community/develop/doc/000848900743b064ce6805eea56400,
 * https://pay.weixin.qq.com/docs/merchant/products/combine-payment/development/development-jsapi.html
 *
 * @param merchant of the order
 * @returns undefined where nothing is known of the merchant that was paid
 */
export function findPayee(
  { merchants }: Pick<MerchantDirectory, 'merchants'>,
  merchant: Merchant,
  subMchId: string | undefined,
): Payee | undefined {
  if (subMchId === undefined || merchant.isServiceProvider) return { merchant, subMchId };
  const paid = merchants.get(subMchId);
  return paid === undefined ? undefined : { merchant: paid, subMchId: undefined };
}
