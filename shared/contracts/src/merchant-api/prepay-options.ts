import { z } from 'zod';

/** Text as WeChat Pay takes it: no control characters but line feeds, no half characters. */
const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\0\p{Cs}]*$/u, 'must hold no NUL and no half characters');

const fen = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** 商品详情: what the order is made of, for coupons that are bound to goods. */
export const orderDetail = z.strictObject({
  /** 订单原价 in fen: before the merchant's own reductions, told with the first payment only. */
  cost_price: fen.optional(),
  /** 商品小票ID. */
  invoice_id: text(32).optional(),
  goods_detail: z
    .array(
      z.strictObject({
        merchant_goods_id: text(32),
        wechatpay_goods_id: text(32).optional(),
        goods_name: text(256).optional(),
        quantity: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
        /** In fen. */
        unit_price: fen,
      }),
    )
    .min(1)
    .max(200)
    .optional(),
});

const clientIp = z.union([z.ipv4(), z.ipv6()], 'must be an IPv4 or IPv6 address');

/** 场景信息: where the order was placed. */
export const sceneInfo = z.strictObject({
  /** 用户终端IP. */
  payer_client_ip: clientIp,
  /** 商户端设备号. */
  device_id: text(32).optional(),
  store_info: z
    .strictObject({
      id: text(32),
      name: text(256).optional(),
      area_code: text(32).optional(),
      address: text(512).optional(),
    })
    .optional(),
});

/** Of a combined payment: there is no store. */
export const combinedSceneInfo = sceneInfo.omit({ store_info: true });

/** 结算信息. `profit_sharing`: what is paid stays frozen until it is shared or released. */
export const settleInfo = z.strictObject({ profit_sharing: z.boolean() });

/** 订单优惠标记. */
export const goodsTag = text(32);

/**
 * What a prepay may say beyond what every order has, in WeChat's own words; it is kept and sent again as it came.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012525167
 */
export const prepayOptions = z.strictObject({
  goods_tag: goodsTag.optional(),
  /** 电子发票入口. */
  support_fapiao: z.boolean().optional(),
  detail: orderDetail.optional(),
  scene_info: sceneInfo.optional(),
  settle_info: settleInfo.optional(),
});
export type PrepayOptions = z.infer<typeof prepayOptions>;
