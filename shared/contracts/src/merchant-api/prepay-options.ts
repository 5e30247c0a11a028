import { z } from 'zod';
import { amountFenOrNone } from '../ids.ts';
import { keptText } from '../text.ts';

const soldGoods = z
  .strictObject({
    merchant_goods_id: keptText(32).meta({
      description: "The merchant's number of the goods (商户侧商品编码).",
      examples: ['longjing-250g'],
    }),
    wechatpay_goods_id: keptText(32)
      .optional()
      .describe("WeChat Pay's number of the goods (微信支付商品编码)."),
    goods_name: keptText(256)
      .optional()
      .meta({ description: 'Their name (商品名称).', examples: ['龙井茶 250g'] }),
    quantity: z
      .number()
      .int()
      .min(1)
      .max(Number.MAX_SAFE_INTEGER)
      .meta({ description: 'How many of them.', examples: [2] }),
    unit_price: amountFenOrNone.meta({ description: 'In fen (分).', examples: [4400] }),
  })
  .meta({ id: 'SoldGoods', description: 'Goods of one kind in an order (单品).' });

export const orderDetail = z
  .strictObject({
    cost_price: amountFenOrNone
      .optional()
      .describe(
        "What the order cost before the merchant's own reductions (订单原价), in fen; told with the first payment only.",
      ),
    invoice_id: keptText(32).optional().describe('商品小票ID.'),
    goods_detail: z.array(soldGoods).min(1).max(200).optional().describe('The kinds of goods.'),
  })
  .meta({
    id: 'OrderDetail',
    description: 'What the order is made of (商品详情), for coupons that are bound to goods.',
  });

const clientIp = z.union([z.ipv4(), z.ipv6()], 'must be an IPv4 or IPv6 address').meta({
  description: "The address of the buyer's device (用户终端IP), IPv4 or IPv6.",
  examples: ['203.0.113.7'],
});
const deviceId = keptText(32).optional().describe('The till or device of the merchant (商户端设备号).');

const store = z
  .strictObject({
    id: keptText(32).meta({ description: "The merchant's number of the store.", examples: ['store-7'] }),
    name: keptText(256).optional().describe('Its name (门店名称).'),
    area_code: keptText(32).optional().describe('地区编码.'),
    address: keptText(512).optional().describe('Its address (详细地址).'),
  })
  .meta({ id: 'Store', description: 'In which store it was ordered (门店).' });

export const sceneInfo = z
  .strictObject({ payer_client_ip: clientIp, device_id: deviceId, store_info: store.optional() })
  .meta({ id: 'SceneInfo', description: 'Where the order was placed (场景信息).' });

/** There is no store in it. */
export const combinedSceneInfo = z
  .strictObject({ payer_client_ip: clientIp, device_id: deviceId })
  .meta({ id: 'CombinedSceneInfo', description: 'Where the combined order was placed (场景信息).' });

export const settleInfo = z
  .strictObject({
    profit_sharing: z
      .boolean()
      .describe('Whether what is paid stays frozen until it is shared or released (分账).'),
  })
  .meta({ id: 'SettleInfo', description: 'How the payment is settled (结算信息).' });

export const goodsTag = keptText(32).describe('For coupons that are bound to it (订单优惠标记).');

/**
 * What a prepay may say beyond what every order has, in WeChat's own words; it is kept and sent again as it came.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012525167
 */
export const prepayOptions = z.strictObject({
  goods_tag: goodsTag.optional(),
  support_fapiao: z.boolean().optional().describe('Shows the buyer the way to an invoice (电子发票入口).'),
  detail: orderDetail.optional(),
  scene_info: sceneInfo.optional(),
  settle_info: settleInfo.optional(),
});
export type PrepayOptions = z.infer<typeof prepayOptions>;
