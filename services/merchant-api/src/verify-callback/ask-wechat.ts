import { toAppError } from '@huidiao/errors';
import type { QueriedRefund, QueriedTransaction } from '@huidiao/wechat';
import type { CheckDeps } from './check-deps.ts';

type Asking = Pick<CheckDeps, 'client'>;

/** What WeChat Pay says of an order; `unknown`: it has no such order. @throws AppError WECHAT_* */
export async function askAboutPayment(
  { client }: Asking,
  outTradeNo: string,
): Promise<QueriedTransaction | { readonly state: 'unknown' }> {
  try {
    return await client.queryByOutTradeNo(outTradeNo);
  } catch (error) {
    if (toAppError(error).code !== 'ORDER_NOT_FOUND') throw error;
    return { state: 'unknown' };
  }
}

/** What WeChat Pay says of a refund; undefined where it has none of this number. @throws AppError WECHAT_* */
export async function askAboutRefund(
  { client }: Asking,
  outRefundNo: string,
): Promise<QueriedRefund | undefined> {
  try {
    return await client.queryRefund(outRefundNo);
  } catch (error) {
    if (toAppError(error).code !== 'WECHAT_NOT_FOUND') throw error;
    return undefined;
  }
}
