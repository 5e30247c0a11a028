import { AppError } from '@huidiao/errors';
import { type AbnormalRefund, toAbnormalRefundBody } from './abnormal-refund.ts';
import type { EncryptionKeys, PlatformKey } from './platform-keys.ts';
import { type QueriedRefund, toQueriedRefund } from './queried-refund.ts';
import { type RefundRequest, toRefundBody } from './refund-request.ts';
import type { PayRequest } from './send-pay-request.ts';

/** What WeChat Pay is asked about refunds. */
export interface RefundCalls {
  /**
   * 申请退款. The answer says that the refund was accepted, not that it is done. After any failure query it first;
   * repeating it with the same number and content is safe.
   * @throws AppError ORDER_NOT_FOUND where there is no such payment, WECHAT_*; `details.queryFirst` where it may have
   * been accepted
   */
  createRefund(refund: RefundRequest): Promise<QueriedRefund>;
  /**
   * What became of a refund, ours or one made in the merchant platform's console.
   * `subMchId`: of which merchant, where a service provider asks.
   * @throws AppError WECHAT_NOT_FOUND where WeChat Pay has no such refund, WECHAT_*
   */
  queryRefund(outRefundNo: string, of?: { readonly subMchId?: string | undefined }): Promise<QueriedRefund>;
  /**
   * 发起异常退款: sends the money of a refund that is ABNORMAL to where it can arrive. The answer says that this was
   * accepted; repeating it is safe, for WeChat Pay gives the money back once.
   * @throws AppError WECHAT_KEY_UNKNOWN where a card is named and no key of WeChat Pay is known to encrypt it with,
   * WECHAT_NOT_FOUND, WECHAT_REFUSED where the refund is not ABNORMAL, WECHAT_*
   */
  settleAbnormalRefund(refund: AbnormalRefund): Promise<QueriedRefund>;
}

/** The calls of one merchant; `fire` makes a signed request and gives its verified answer. */
export function createRefundCalls(
  keys: EncryptionKeys,
  fire: (request: PayRequest) => Promise<unknown>,
): RefundCalls {
  return {
    async createRefund(refund) {
      const path = '/v3/refund/domestic/refunds';
      const body = toRefundBody(refund);
      return toQueriedRefund(await fire({ api: 'create-refund', method: 'POST', path, body }), refund);
    },
    async queryRefund(outRefundNo, { subMchId } = {}) {
      const query = subMchId === undefined ? '' : `?sub_mchid=${encodeURIComponent(subMchId)}`;
      const path = `/v3/refund/domestic/refunds/${encodeURIComponent(outRefundNo)}${query}`;
      return toQueriedRefund(await fire({ api: 'query-refund', method: 'GET', path }), { outRefundNo });
    },
    async settleAbnormalRefund(refund) {
      const key = refund.card === undefined ? undefined : toCardKey(keys);
      const path = `/v3/refund/domestic/refunds/${encodeURIComponent(refund.refundId)}/apply-abnormal-refund`;
      const json = await fire({
        api: 'settle-abnormal-refund',
        method: 'POST',
        path,
        body: toAbnormalRefundBody(refund, key),
        ...(key === undefined ? {} : { answerKeyId: key.name }),
      });
      return toQueriedRefund(json, refund);
    },
  };
}

/** A card must never go out unencrypted, nor to the merchant's account because it could not be encrypted. */
function toCardKey(keys: EncryptionKeys): PlatformKey {
  const key = keys.encryptionKey();
  if (key !== undefined) return key;
  throw new AppError('WECHAT_KEY_UNKNOWN');
}
