import { type Request, type Response, type Router, urlencoded } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import type { CombinedOrder, Order } from '../pay/order-book.ts';
import { payByBuyer } from '../pay/pay-order.ts';

/** The calls of this file, as GET /simulator lists them. */
export const paymentSheetDirectory = {
  'GET /simulator/payment-sheet':
    '?appId&timeStamp&nonceStr&package&signType&paySign&back: what wx.requestPayment shows, as a page on which one pays or not; then it goes to back',
} as const;

const text = z.string().min(1).max(512);

const sheet = z.strictObject({
  appId: text,
  timeStamp: text,
  nonceStr: text,
  package: text,
  signType: text,
  paySign: z.string().min(1).max(2_048),
  back: z.url({ protocol: /^https?$/ }).max(2_048),
});
type Sheet = z.output<typeof sheet>;

/**
 * What a buyer sees after wx.requestPayment, for who has a browser and no phone. A form of another site can send no
 * payment by it: that takes a paySign of the merchant.
 */
export function addPaymentSheet(router: Router, context: Context): void {
  router.get('/payment-sheet', (request, response) =>
    answerPage(request.query, response, (asked) => {
      answer(response, 200, toSheetPage(findPayable(context, asked), asked));
    }),
  );
  const form = urlencoded({ extended: false, limit: '16kb' });
  router.post('/payment-sheet', form, (request: Request, response) =>
    answerPage(request.body ?? {}, response, ({ back, ...parameters }) => {
      payByBuyer(context, parameters);
      response.redirect(303, back);
    }),
  );
}

/** Refusals too are for people here. */
function answerPage(given: unknown, response: Response, act: (asked: Sheet) => void): void {
  const parsed = sheet.safeParse(given);
  if (!parsed.success) {
    answer(response, 400, toRefusalPage(z.prettifyError(parsed.error)));
    return;
  }
  try {
    act(parsed.data);
  } catch (error) {
    if (!(error instanceof ControlRefusal)) throw error;
    answer(response, error.status, toRefusalPage(`${error.code}: ${error.message}`, parsed.data.back));
  }
}

function findPayable(context: Context, asked: Sheet): Order | CombinedOrder {
  const found = context.orders.findByPrepay(asked.package.replace(/^prepay_id=/, ''));
  if (found !== undefined) return found.payable;
  throw new ControlRefusal(404, 'PREPAY_ID_UNKNOWN', 'no prepay gave this prepay_id');
}

function toSheetPage(payable: Order | CombinedOrder, asked: Sheet): string {
  const orders = 'subOrders' in payable ? payable.subOrders : [payable];
  const total = orders.reduce((sum, { totalFen }) => sum + totalFen, 0);
  const fields = Object.entries(asked).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${toHtml(value)}">`,
  );
  return toPage(
    `¥${(total / 100).toFixed(2)}`,
    `<p>${orders.map(({ description }) => toHtml(description)).join('、')}</p>
<p>收款方 To merchant <code>${toHtml(payable.mchId)}</code></p>
<form method="post" action="/simulator/payment-sheet">${fields.join('')}<button>确认支付 Pay</button></form>
<p><a href="${toHtml(asked.back)}">取消 Cancel</a></p>`,
  );
}

function toRefusalPage(words: string, back?: string): string {
  const link = back === undefined ? '' : `<p><a href="${toHtml(back)}">返回 Back</a></p>`;
  return toPage('支付未完成 Not paid', `<p>${toHtml(words)}</p>${link}`);
}

const style =
  'body{font:16px/1.7 system-ui,sans-serif;max-width:24em;margin:2em auto;padding:0 1em;text-align:center}button{font:inherit;padding:.4em 2em}';

function toPage(title: string, body: string): string {
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>模拟微信支付 Simulated WeChat Pay</title><style>${style}</style></head><body><p>模拟微信支付 Simulated WeChat Pay</p><h1>${title}</h1>
${body}</body></html>\n`;
}

function answer(response: Response, status: number, html: string): void {
  response.set({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  });
  response.status(status).type('text/html').send(html);
}

function toHtml(words: string): string {
  return words.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
