import type { Goods } from '../catalogue.ts';
import { lookAgainScript } from './look-again-script.ts';

/** One step of an order, and when it was done, ISO 8601. */
export interface Step {
  readonly name: string;
  readonly at: string | undefined;
}

/** What the page of an order shows. */
export interface OrderPage {
  readonly outTradeNo: string;
  readonly description: string;
  /** In fen (分). */
  readonly total: number;
  readonly status: string;
  readonly steps: readonly Step[];
  readonly mayBePaid: boolean;
  /** After how many milliseconds the page looks again; undefined where nothing is to come. */
  readonly looksAgainInMs: number | undefined;
  /** What the simulated WeChat knows of it. */
  readonly wechatUrl: string;
}

/** What there is to buy. */
export function toGoodsPage(goods: readonly Goods[]): string {
  const rows = goods.map(
    ({ id, name, price }) =>
      `<li>${toHtml(name)} <b>${toYuan(price)}</b> <button name="goods_id" value="${toHtml(id)}">购买 Buy</button></li>`,
  );
  return toPage(
    '示例商店 Sample shop',
    `<form method="post" action="/buy"><ul>${rows.join('')}</ul></form>
<p>付款在模拟的微信中进行，不涉及真实资金。You pay in a simulated WeChat, and no money moves.</p>`,
  );
}

/** How far an order is; it looks again by itself until nothing is to come. */
export function toOrderPage(order: OrderPage): string {
  const { outTradeNo, description, total, status, steps, mayBePaid, looksAgainInMs, wechatUrl } = order;
  const rows = steps.map(
    ({ name, at }) =>
      `<li class="${at ? 'done' : ''}">${name}${at ? ` <small>${toHtml(at)}</small>` : ' …'}</li>`,
  );
  const pay = mayBePaid
    ? `<form method="post" action="/orders/${encodeURIComponent(outTradeNo)}/pay"><button>付款 Pay</button></form>`
    : '';
  return toPage(
    `订单 Order ${toHtml(outTradeNo)}`,
    `<p>${toHtml(description)} <b>${toYuan(total)}</b> · <code>${toHtml(status)}</code></p><ol>${rows.join('')}</ol>${pay}
<p><a href="/">再买一件 Buy another</a> · <a href="/ledger">本店账本 This shop's ledger</a> · <a href="${toHtml(wechatUrl)}">微信侧 At WeChat</a></p>`,
    looksAgainInMs === undefined
      ? ''
      : `<meta name="looks-again-in-ms" content="${looksAgainInMs}"><script>${lookAgainScript}</script>`,
  );
}

/** What went wrong, and what to do. */
export function toProblemPage(words: string): string {
  return toPage('未完成 Not done', `<p>${toHtml(words)}</p><p><a href="/">返回 Back</a></p>`);
}

const style =
  'body{font:16px/1.7 system-ui,sans-serif;max-width:44em;margin:2em auto;padding:0 1em}li{margin:.4em 0}.done{font-weight:600}small{font-weight:400;color:#666}button{font:inherit}';

function toPage(title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${head}
<title>${title}</title><style>${style}</style></head><body><h1>${title}</h1>
${body}</body></html>\n`;
}

function toYuan(fen: number): string {
  return `¥${(fen / 100).toFixed(2)}`;
}

function toHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
