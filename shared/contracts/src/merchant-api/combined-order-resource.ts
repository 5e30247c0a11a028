import { z } from 'zod';
import { appId, mchId } from '../ids.ts';
import { toldAmount } from './amount.ts';
import { createdCombinedOrder } from './combined-order-example.ts';
import { orderResource, orderStatuses } from './order-resource.ts';
import { instant, told } from './told.ts';

export const combineOutTradeNo = z.string().meta({
  description: 'The number of the combined order (合单商户订单号).',
  examples: ['cart-20270105-0001'],
});

export const combinedOrderResource = z
  .strictObject({
    mchid: told(mchId).describe('combine_mchid: the merchant of the API key.'),
    combine_appid: told(appId),
    combine_out_trade_no: combineOutTradeNo,
    status: z
      .enum(orderStatuses)
      .extract(['created', 'paid', 'closed'])
      .meta({
        description:
          '`created` until it is `paid` or `closed` as a whole; what becomes of a part after that is in its order.',
        examples: ['created'],
      }),
    amount: toldAmount.describe('Of all parts together.'),
    time_expire: instant('Until when it can be paid.'),
    created_at: instant('When it was registered.'),
    orders: z.array(orderResource).describe('The parts, in the order of the request.'),
  })
  .meta({
    id: 'CombinedOrder',
    description: 'A combined order (合单) with its parts.',
    examples: [createdCombinedOrder],
  });
export type CombinedOrderResource = z.infer<typeof combinedOrderResource>;
