import type { IncomingMessage } from 'node:http';
import { catalogue } from '../catalogue.ts';
import { checkOut } from '../check-out.ts';
import type { GoodsLedger } from '../goods-ledger.ts';
import { askMerchantApi, type MerchantApi } from '../merchant-api.ts';
import { readBody } from '../read-body.ts';
import { toGoodsPage, toOrderPage, toProblemPage } from './pages.ts';
import { logIn, newOpenId, type PaymentParameters, type Phone, toPaymentSheet } from './phone.ts';
import { toOrderPageFacts } from './to-order-page-facts.ts';

/** A page, or another address to go to. */
export type BrowserAnswer =
  | { readonly status: number; readonly html: string }
  | { readonly status: 303; readonly location: string };

/** The shop as a browser shows it. */
export interface BrowserShop {
  /** Answers one request; undefined where it is for none of these pages. */
  answer(request: IncomingMessage): Promise<BrowserAnswer | undefined>;
}

interface BrowserShopDeps {
  readonly merchantApi: MerchantApi;
  readonly phone: Phone;
  readonly goods: GoodsLedger;
}

const largestFormBytes = 4 * 1_024;
const orderPath = /^\/orders\/([0-9A-Za-z_*|-]{6,32})(\/pay)?$/;

/**
 * Pages for somebody who tries this on one machine, without a phone: the simulator logs a new buyer in and takes the
 * payment. Everything between is what the mini-program does, through the same checkout.
 */
export function createBrowserShop(deps: BrowserShopDeps): BrowserShop {
  return {
    async answer(request) {
      const path = request.url?.split('?', 1)[0] ?? '';
      const [, outTradeNo, isPaying] = orderPath.exec(path) ?? [];
      if (request.method === 'GET' && path === '/') return { status: 200, html: toGoodsPage(catalogue) };
      if (request.method === 'POST' && path === '/buy') return buy(deps, request);
      if (outTradeNo === undefined) return undefined;
      if (request.method === 'GET' && !isPaying) return showOrder(deps, outTradeNo);
      if (request.method === 'POST' && isPaying) return payAgain(deps, request, outTradeNo);
      return undefined;
    },
  };
}

async function buy(deps: BrowserShopDeps, request: IncomingMessage): Promise<BrowserAnswer> {
  const { merchantApi, phone } = deps;
  const form = await readBody(request, largestFormBytes);
  if (form === undefined) return { status: 413, html: toProblemPage('请求过大。The request is too large.') };
  const code = await logIn(phone, newOpenId());
  if (code === undefined) return noSimulator(phone);
  const session = await askMerchantApi(merchantApi, '/v1/sessions', { appid: phone.appId, code });
  if (session.status !== 201) return refused('POST /v1/sessions', session.status, session.body);

  const body = { goods_id: new URLSearchParams(form.toString('utf8')).get('goods_id') };
  const answered = await checkOut(merchantApi, `Bearer ${String(session.body.token)}`, body);
  const order = answered.body as { out_trade_no?: string; payment?: PaymentParameters };
  if (order.out_trade_no === undefined || order.payment === undefined) {
    return refused('POST /checkout', answered.status, answered.body);
  }
  return toSheet(phone, request, order.out_trade_no, order.payment);
}

/** For an order that was left unpaid: the parameters of wx.requestPayment are signed anew. */
async function payAgain(
  { merchantApi, phone }: BrowserShopDeps,
  request: IncomingMessage,
  outTradeNo: string,
): Promise<BrowserAnswer> {
  const path = `/v1/orders/${encodeURIComponent(outTradeNo)}/payment`;
  const { status, body } = await askMerchantApi(merchantApi, path, {});
  if (status !== 200) return refused(`POST ${path}`, status, body);
  return toSheet(phone, request, outTradeNo, body.payment as PaymentParameters);
}

function toSheet(
  phone: Phone,
  { headers: { host = '' } }: IncomingMessage,
  outTradeNo: string,
  payment: PaymentParameters,
): BrowserAnswer {
  const back = `http://${host}/orders/${encodeURIComponent(outTradeNo)}`;
  return { status: 303, location: toPaymentSheet(phone, payment, back) };
}

async function showOrder(
  { merchantApi, phone, goods }: BrowserShopDeps,
  outTradeNo: string,
): Promise<BrowserAnswer> {
  const path = `/v1/orders/${encodeURIComponent(outTradeNo)}`;
  const { status, body } = await askMerchantApi(merchantApi, path);
  if (status !== 200) return refused(`GET ${path}`, status, body);
  const delivered = goods.orders.find(({ out_trade_no }) => out_trade_no === outTradeNo);
  const wechat = new URL(
    `/simulator/ledger?out_trade_no=${encodeURIComponent(outTradeNo)}`,
    phone.simulatorUrl,
  );
  const facts = toOrderPageFacts(body, delivered?.delivered_at, new Date());
  return { status: 200, html: toOrderPage({ ...facts, outTradeNo, wechatUrl: wechat.href }) };
}

function noSimulator({ simulatorUrl }: Phone): BrowserAnswer {
  const words = `${simulatorUrl} 无法登录。The simulated WeChat logged nobody in: does it run, and does it know this AppID?`;
  return { status: 503, html: toProblemPage(words) };
}

/** In merchant-api's own words; whoever tries this wants to see them. */
function refused(what: string, status: number, body: object): BrowserAnswer {
  if (status === 0 || status === 503) {
    const words = `merchant-api 无应答。merchant-api does not answer ${what}; try again in a moment.`;
    return { status: 503, html: toProblemPage(words) };
  }
  const html = toProblemPage(`${what}: ${status} ${JSON.stringify(body)}`);
  return { status: status >= 400 && status < 500 ? status : 502, html };
}
