import { shopUrl } from '../config';
import type { PaymentParameters } from './orders';
import { type Answer, request } from './request';
import { requestAsUser } from './session';

/** Something to buy. */
export interface Goods {
  readonly id: string;
  readonly name: string;
  /** In fen (分). */
  readonly price: number;
}

export interface Checkout {
  readonly out_trade_no: string;
  readonly payment: PaymentParameters;
}

/** What the shop sells, for anybody to see: no login is sent along. */
export function listGoods(): Promise<Answer<{ readonly goods: readonly Goods[] }>> {
  return request({ url: `${shopUrl}/goods` });
}

/** The order is the shop's to make: the client names the goods alone, never a price. */
export function checkOut(goodsId: string): Promise<Answer<Checkout>> {
  return requestAsUser({ url: `${shopUrl}/checkout`, method: 'POST', data: { goods_id: goodsId } });
}
