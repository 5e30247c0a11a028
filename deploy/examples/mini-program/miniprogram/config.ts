/*
 * What to set. Both hosts must be https and stand in 开发管理 → 开发设置 → 服务器域名 → request 合法域名.
 */

/** Huidiao's merchant-api. */
export const merchantApiUrl = 'https://merchant-api.example.com';
/** The shop's own server: deploy/examples/shop, or yours. */
export const shopUrl = 'https://shop.example.com';
/** 模板ID of one-time subscription messages (一次性订阅消息); the same as in the merchants file. */
export const templates = {
  /** Asked for on the pay tap. */
  orderPaid: 'TEMPLATE_ID_OF_ORDER_PAID',
  /** Asked for in the callback of the payment. */
  orderShipped: 'TEMPLATE_ID_OF_ORDER_SHIPPED',
};
