import type { Merchant, MerchantDirectory } from '@huidiao/contracts';
import { findPayee, type Order, type OrderRefundRequest, type Payee } from '@huidiao/store';
import { merchantNotConfigured } from '../jobs/merchant-not-configured.ts';

/** Who gives the money of a refund back, and where WeChat Pay tells that one what became of it. */
export interface RefundPayee extends Payee {
  /** Undefined: at the address of that one's merchant platform. */
  readonly notifyUrl: string | undefined;
}

/**
 * See findPayee.
 *
 * @param merchant of the order
 * @throws AppError MERCHANT_NOT_CONFIGURED (waits) where nothing is known of the merchant that was paid
 */
export function toRefundPayee(
  directory: Pick<MerchantDirectory, 'merchants'>,
  merchant: Merchant,
  { mchId }: Pick<Order, 'mchId'>,
  { subMchId, notifyUrl }: Pick<OrderRefundRequest, 'subMchId' | 'notifyUrl'>,
): RefundPayee {
  const payee = findPayee(directory, merchant, subMchId);
  if (payee === undefined) throw merchantNotConfigured(subMchId ?? mchId);
  return { ...payee, notifyUrl: toUrlOf(payee, mchId, notifyUrl) };
}

/** Our address for the one that is told: its path chooses the credentials. An address that we did not make is not known there. */
function toUrlOf(
  { merchant: { mchId } }: Payee,
  orderMchId: string,
  notifyUrl: string | undefined,
): string | undefined {
  const end = `/${orderMchId}`;
  if (mchId === orderMchId || notifyUrl === undefined) return notifyUrl;
  return notifyUrl.endsWith(end) ? `${notifyUrl.slice(0, -end.length)}/${mchId}` : undefined;
}
