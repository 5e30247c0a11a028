import type { JsonObject } from '../write-json.ts';
import type { PayEventSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/*
 * Profit sharing as its receiver is told of it: under the receiver's APIv3 key, while the ids name the merchant whose
 * money it was. What API v2 made comes as TRANSACTION.SUCCESS, a return too.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012072821 and https://pay.weixin.qq.com/doc/v2/partner/4011985282
 */

/** `about.mchId` receives; the money came from `about.subMchId`. */
function sharing(about: EventSubject, funding: JsonObject): JsonObject {
  return {
    ...funding,
    transaction_id: about.transactionId,
    order_id: about.number,
    out_order_no: `P${about.outTradeNo}`,
    receiver: {
      type: 'MERCHANT_ID',
      account: about.mchId,
      amount: about.totalFen,
      description: '运费/交易分账/及时奖励',
    },
    success_time: about.time,
  };
}

const direct = (about: EventSubject): JsonObject => sharing(about, { mchid: about.subMchId });
const partner = (about: EventSubject): JsonObject =>
  sharing(about, { sp_mchid: `17${about.number.slice(0, 8)}`, sub_mchid: about.subMchId });

const split = { originalType: 'profitsharing', summary: '分账' } as const;
const back = { originalType: 'profitsharing', summary: '分账回退' } as const;

export const profitSharingEvents: readonly PayEventSpec[] = [
  {
    ...split,
    name: 'PROFITSHARING.SUCCESS',
    aliases: ['profit-sharing'],
    eventType: 'PROFITSHARING.SUCCESS',
    resource: direct,
  },
  {
    ...split,
    name: 'PROFITSHARING.SUCCESS:partner',
    aliases: ['profit-sharing-partner'],
    eventType: 'PROFITSHARING.SUCCESS',
    resource: partner,
  },
  {
    ...back,
    name: 'PROFITSHARING.RETURN',
    aliases: ['profit-sharing-return'],
    eventType: 'PROFITSHARING.RETURN',
    resource: direct,
  },
  {
    ...split,
    name: 'TRANSACTION.SUCCESS:profit-sharing',
    aliases: ['profit-sharing-v2'],
    eventType: 'TRANSACTION.SUCCESS',
    resource: direct,
  },
  {
    ...back,
    name: 'TRANSACTION.SUCCESS:profit-sharing-return',
    aliases: ['profit-sharing-return-v2'],
    eventType: 'TRANSACTION.SUCCESS',
    resource: direct,
  },
];
