import { Router } from 'express';
import type { Context } from '../context.ts';
import { closeOrder } from '../pay/close-order.ts';
import { prepay } from '../pay/prepay.ts';
import { queryOrder } from '../pay/query-order.ts';
import { createPayRoute } from './pay-route.ts';
import { collectRawBody } from './raw-body.ts';

/** api.mch.weixin.qq.com, mounted at /v3. */
export function createWechatPayRouter(context: Context): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.use(collectRawBody);
  router.post(
    '/pay/transactions/jsapi',
    createPayRoute(context, 'prepay', ({ merchant, body, underProbe }) =>
      prepay(context, merchant, body, underProbe),
    ),
  );
  router.get(
    '/pay/transactions/out-trade-no/:outTradeNo',
    createPayRoute(context, 'query', ({ merchant, request }) =>
      queryOrder(context, merchant, { outTradeNo: toText(request.params.outTradeNo) }, request.query.mchid),
    ),
  );
  router.get(
    '/pay/transactions/id/:transactionId',
    createPayRoute(context, 'query', ({ merchant, request }) =>
      queryOrder(
        context,
        merchant,
        { transactionId: toText(request.params.transactionId) },
        request.query.mchid,
      ),
    ),
  );
  router.post(
    '/pay/transactions/out-trade-no/:outTradeNo/close',
    createPayRoute(context, 'close', ({ merchant, request, body }) =>
      closeOrder(context, merchant, toText(request.params.outTradeNo), body),
    ),
  );
  router.use((_, response) => {
    response.status(404).json({ code: 'NOT_FOUND', message: '请求的资源不存在' });
  });
  return router;
}

function toText(parameter: string | string[] | undefined): string {
  return typeof parameter === 'string' ? parameter : '';
}
