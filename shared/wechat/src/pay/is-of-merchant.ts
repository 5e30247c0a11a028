import { z } from 'zod';

/**
 * Families whose plain `mchid` is the receiver of the notification. Elsewhere it may be somebody else's:
 * in profit sharing it is whoever funds the order, in other products a merchant below the receiver.
 */
const familiesNamedByMchId = ['TRANSACTION.', 'REFUND.', 'MCHTRANSFER.', 'PAYSCORE.'];

/** Empty text stands for what is absent. */
const text = z.string().min(1).optional().catch(undefined);
const namedIds = z.looseObject({
  mchid: text,
  /** Pay score calls a service provider so. */
  mch_id: text,
  sp_mchid: text,
  combine_mchid: text,
  receiver: z.looseObject({ type: text, account: text }).optional().catch(undefined),
});

/**
 * Whether a decrypted resource belongs to the merchant in whose name it was received. The signature covers
 * neither path nor host, so a message sent to one of our endpoints verifies at the others too, wherever
 * merchants share a platform certificate and an APIv3 key.
 *
 * | family                                  | must be this merchant                                     |
 * |---                                      |---                                                        |
 * | combined payment (合单)                 | combine_mchid                                             |
 * | profit sharing (分账动账), by `receiver`| receiver.account, where the receiver is a merchant        |
 * | service provider (服务商)               | sp_mchid; whose sub_mchid it is never matters             |
 * | payment, refund, transfer, pay score    | mchid, or mch_id                                          |
 * | complaints and all others               | names nobody, or nobody that we could hold against it     |
 *
 * https://pay.weixin.qq.com/doc/v3/merchant/4012075420, https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter8_1_10.shtml
 */
export function isOfMerchant(mchId: string, eventType: string, resource: unknown): boolean {
  const named = namedIds.safeParse(resource).data;
  if (named === undefined) return true;
  const own = ownId(named, eventType);
  return own === undefined || own === mchId;
}

function ownId(named: z.infer<typeof namedIds>, eventType: string): string | undefined {
  if (named.combine_mchid !== undefined) return named.combine_mchid;
  if (named.receiver !== undefined) {
    return named.receiver.type === 'MERCHANT_ID' ? named.receiver.account : undefined;
  }
  if (named.sp_mchid !== undefined) return named.sp_mchid;
  return familiesNamedByMchId.some((family) => eventType.startsWith(family))
    ? (named.mchid ?? named.mch_id)
    : undefined;
}
