import { randomBytes } from 'node:crypto';
import { catalogue, type Goods } from './catalogue.ts';
import { askMerchantApi, type MerchantApi } from './merchant-api.ts';

/** What the mini-program is answered. */
export interface CheckoutAnswer {
  readonly status: 201 | 400 | 401 | 404 | 502 | 503;
  readonly body: object;
}

/**
 * A user of the mini-program buys something: whose token it is, is asked of merchant-api, and the order is made there
 * with the shop's own API key, which never leaves the server. What it costs and for whom it is, is not the client's
 * to say. A checkout that is repeated makes another order; the one that nobody pays is closed by itself.
 *
 * @param authorization the request's header, `Bearer` and the token of `POST /v1/sessions`
 */
export async function checkOut(
  api: MerchantApi,
  authorization: string | undefined,
  body: unknown,
): Promise<CheckoutAnswer> {
  const goods = findGoods(body);
  if (goods === undefined) return { status: 400, body: { code: 'GOODS_UNKNOWN' } };
  const token = /^Bearer ([\x21-\x7e]{1,256})$/.exec(authorization ?? '')?.[1];
  if (token === undefined) return notLoggedIn;

  const session = await askMerchantApi(api, '/v1/sessions/inspection', { token });
  if (session.status === 404) return notLoggedIn;
  const { appid, openid } = session.body;
  if (session.status !== 200 || typeof appid !== 'string' || typeof openid !== 'string') {
    return { status: 503, body: { code: 'SHOP_BUSY' } };
  }
  return order(api, goods, { appid, openid });
}

const notLoggedIn: CheckoutAnswer = { status: 401, body: { code: 'REQUEST_UNAUTHENTICATED' } };

async function order(
  api: MerchantApi,
  goods: Goods,
  { appid, openid }: { readonly appid: string; readonly openid: string },
): Promise<CheckoutAnswer> {
  const outTradeNo = `shop-${randomBytes(12).toString('hex')}`;
  const created = await askMerchantApi(api, '/v1/orders', {
    appid,
    out_trade_no: outTradeNo,
    description: goods.name,
    amount: { total: goods.price },
    payer: { openid },
    attach: goods.id,
    logistics_type: goods.logistics_type,
  });
  if (created.status === 200 || created.status === 201) {
    return { status: 201, body: { out_trade_no: outTradeNo, payment: created.body.payment } };
  }
  // Whether the order was made or not: nobody was given its payment, so nobody can pay it.
  const mayWork = created.status === 0 || created.status === 429 || created.status >= 500;
  return mayWork
    ? { status: 503, body: { code: 'SHOP_BUSY' } }
    : { status: 502, body: { code: 'ORDER_REFUSED' } };
}

function findGoods(body: unknown): Goods | undefined {
  if (body === null || typeof body !== 'object' || !('goods_id' in body)) return undefined;
  return catalogue.find(({ id }) => id === body.goods_id);
}
