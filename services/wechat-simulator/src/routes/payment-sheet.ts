import { type Request, type Response, type Router, urlencoded } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import type { CombinedOrder, Order } from '../pay/order-book.ts';
import { payByBuyer } from '../pay/pay-order.ts';
import { sendPage, toHtml, toPage } from './page.ts';

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
      sendPage(response, 200, toSheetPage(findPayable(context, asked), asked));
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
    sendPage(response, 400, toRefusalPage(z.prettifyError(parsed.error)));
    return;
  }
  try {
    act(parsed.data);
  } catch (error) {
    if (!(error instanceof ControlRefusal)) throw error;
    sendPage(response, error.status, toRefusalPage(`${error.code}: ${error.message}`, parsed.data.back));
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
  return toSheet(
    `¥${(total / 100).toFixed(2)}`,
    `<p>${orders.map(({ description }) => toHtml(description)).join('、')}</p>
<p>收款方 To merchant <code>${toHtml(payable.mchId)}</code></p>
<form method="post" action="/simulator/payment-sheet">${fields.join('')}<button>确认支付 Pay</button></form>
<p><a href="${toHtml(asked.back)}">取消 Cancel</a></p>`,
  );
}

function toRefusalPage(words: string, back?: string): string {
  const link = back === undefined ? '' : `<p><a href="${toHtml(back)}">返回 Back</a></p>`;
  return toSheet('支付未完成 Not paid', `<p>${toHtml(words)}</p>${link}`);
}

const style =
  'body{font:16px/1.7 system-ui,sans-serif;max-width:24em;margin:2em auto;padding:0 1em;text-align:center}button{font:inherit;padding:.4em 2em}';
const pageName = '模拟微信支付 Simulated WeChat Pay';

/** `heading` is words, `rest` is HTML. */
function toSheet(heading: string, rest: string): string {
  return toPage({
    title: pageName,
    style,
    body: `<p>${pageName}</p><h1>${toHtml(heading)}</h1>\n${rest}`,
  });
}
