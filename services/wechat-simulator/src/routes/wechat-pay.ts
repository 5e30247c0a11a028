import { type Request, Router } from 'express';
import { applyForFundBill, applyForTradeBill } from '../bill/apply-for-bill.ts';
import type { Context } from '../context.ts';
import { applyAbnormalRefund } from '../pay/apply-abnormal-refund.ts';
import { downloadCertificates } from '../pay/certificates.ts';
import { closeCombined, closeOrder } from '../pay/close-order.ts';
import { prepay, prepayNative, prepayPartner } from '../pay/prepay.ts';
import { prepayCombined } from '../pay/prepay-combined.ts';
import type { PrepayCall } from '../pay/prepay-order.ts';
import { queryCombined, queryOrder } from '../pay/query-order.ts';
import { queryRefund, refundOrder } from '../pay/refund-order.ts';
import type { ApiAnswer } from '../pay/refusal.ts';
import {
  type CallbackCall,
  complaintNotifications,
  marketingCallbacks,
  violationNotifications,
} from '../pay/registered-callbacks.ts';
import { echoSecurity } from '../pay/security-echo.ts';
import { unfreezeOrder } from '../pay/unfreeze.ts';
import { createBillDownloadRoute } from './bill-download.ts';
import { createPayRoute, type PayCall } from './pay-route.ts';
import { collectRawBody } from './raw-body.ts';

/** api.mch.weixin.qq.com, mounted at /v3. */
export function createWechatPayRouter(context: Context): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.use(collectRawBody);
  addPrepays(router, context);
  addQueries(router, context);
  addCloses(router, context);
  addRefunds(router, context);
  router.post(
    '/profitsharing/orders/unfreeze',
    createPayRoute(context, 'profit_sharing', ({ merchant, body }) => unfreezeOrder(context, merchant, body)),
  );
  addBills(router, context);
  addRegistrations(router, context);
  router.get(
    '/certificates',
    createPayRoute(context, 'certificates', ({ merchant, request }) =>
      downloadCertificates(context, merchant, request.query.algorithm_type),
    ),
  );
  router.post(
    '/security/echo',
    createPayRoute(context, 'security_echo', ({ merchant, request, body }) =>
      echoSecurity(context, { merchant, body, serial: request.get('wechatpay-serial') }),
    ),
  );
  router.use((_, response) => {
    response.status(404).json({ code: 'NOT_FOUND', message: '请求的资源不存在' });
  });
  return router;
}

const prepays: Readonly<Record<string, (context: Context, call: PrepayCall) => ApiAnswer>> = {
  '/pay/transactions/jsapi': prepay,
  '/pay/transactions/native': prepayNative,
  '/pay/partner/transactions/jsapi': prepayPartner,
  '/combine-transactions/jsapi': prepayCombined,
};

function addPrepays(router: Router, context: Context): void {
  for (const [path, operate] of Object.entries(prepays)) {
    router.post(
      path,
      createPayRoute(context, 'prepay', (call) => operate(context, call)),
    );
  }
}

/** Direct merchants name a mchid, service providers sp_mchid and sub_mchid. */
const families = [
  { below: '/pay/transactions', isPartner: false },
  { below: '/pay/partner/transactions', isPartner: true },
] as const;

function addQueries(router: Router, context: Context): void {
  for (const { below, isPartner } of families) {
    const add = (path: string, toAsked: (request: Request) => Parameters<typeof queryOrder>[2]): void => {
      const route = createPayRoute(context, 'query', ({ merchant, request }) =>
        queryOrder(context, merchant, toAsked(request), { ...request.query, isPartner }),
      );
      router.get(`${below}/${path}`, route);
    };
    add('out-trade-no/:outTradeNo', (request) => ({ outTradeNo: toText(request, 'outTradeNo') }));
    add('id/:transactionId', (request) => ({ transactionId: toText(request, 'transactionId') }));
  }
  router.get(
    '/combine-transactions/out-trade-no/:outTradeNo',
    createPayRoute(context, 'query', ({ merchant, request }) =>
      queryCombined(context, merchant, toText(request, 'outTradeNo')),
    ),
  );
}

function addCloses(router: Router, context: Context): void {
  for (const { below, isPartner } of families) {
    router.post(
      `${below}/out-trade-no/:outTradeNo/close`,
      createPayRoute(context, 'close', ({ merchant, request, body }) =>
        closeOrder(context, merchant, { outTradeNo: toText(request, 'outTradeNo'), isPartner }, body),
      ),
    );
  }
  router.post(
    '/combine-transactions/out-trade-no/:outTradeNo/close',
    createPayRoute(context, 'close', ({ merchant, request, body }) =>
      closeCombined(context, merchant, toText(request, 'outTradeNo'), body),
    ),
  );
}

function addRefunds(router: Router, context: Context): void {
  router.post(
    '/refund/domestic/refunds',
    createPayRoute(context, 'refund', ({ merchant, body }) => refundOrder(context, merchant, body)),
  );
  router.get(
    '/refund/domestic/refunds/:outRefundNo',
    createPayRoute(context, 'refund_query', ({ merchant, request }) =>
      queryRefund(context, merchant, toText(request, 'outRefundNo'), request.query.sub_mchid),
    ),
  );
  router.post(
    '/refund/domestic/refunds/:refundId/apply-abnormal-refund',
    createPayRoute(context, 'abnormal_refund', ({ merchant, request, body }) =>
      applyAbnormalRefund(context, {
        merchant,
        refundId: toText(request, 'refundId'),
        body,
        serial: request.get('wechatpay-serial'),
      }),
    ),
  );
}

function addBills(router: Router, context: Context): void {
  const add = (path: string, apply: typeof applyForTradeBill): void => {
    const route = createPayRoute(context, 'bill', ({ merchant, request }) => {
      const baseUrl = `${request.protocol}://${request.get('host') ?? ''}`;
      return apply(context, { merchant, query: request.query, baseUrl });
    });
    router.get(path, route);
  };
  add('/bill/tradebill', applyForTradeBill);
  add('/bill/fundflowbill', applyForFundBill);
  router.get('/billdownload/file', createBillDownloadRoute(context));
}

function addRegistrations(router: Router, context: Context): void {
  const add = (
    path: string,
    methods: readonly CallbackCall['method'][],
    operate: (call: CallbackCall) => ApiAnswer,
  ): void => {
    for (const method of methods) {
      const route = createPayRoute(context, 'callbacks', ({ merchant, request, body }: PayCall) =>
        operate({ merchant, method, body, queriedMchId: request.query.mchid }),
      );
      router[toVerb(method)](path, route);
    }
  };
  const all = ['GET', 'POST', 'PUT', 'DELETE'] as const;
  add('/merchant-service/complaint-notifications', all, (call) => complaintNotifications(context, call));
  add('/merchant-risk-manage/violation-notifications', all, (call) => violationNotifications(context, call));
  add('/marketing/favor/callbacks', ['GET', 'POST'], (call) => marketingCallbacks(context, call, 'favor'));
  add('/marketing/busifavor/callbacks', ['GET', 'POST'], (call) =>
    marketingCallbacks(context, call, 'busifavor'),
  );
}

function toVerb(method: CallbackCall['method']): 'get' | 'post' | 'put' | 'delete' {
  return method.toLowerCase() as 'get' | 'post' | 'put' | 'delete';
}

function toText(request: Request, name: string): string {
  const parameter = request.params[name];
  return typeof parameter === 'string' ? parameter : '';
}
