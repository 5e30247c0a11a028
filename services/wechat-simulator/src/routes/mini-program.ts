import { Router } from 'express';
import type { Context } from '../context.ts';
import type { ApiName } from '../faults.ts';
import { MiniProgramRefusal } from '../mini-program/api-error.ts';
import { checkSession } from '../mini-program/check-session.ts';
import { codeToSession } from '../mini-program/code-to-session.ts';
import { stableToken } from '../mini-program/stable-token.ts';
import { subscribeSend } from '../mini-program/subscribe-send.ts';
import { templateSend } from '../mini-program/template-send.ts';
import {
  getOrderDetailPath,
  isTradeConfirmed,
  isTradeManaged,
  setMsgJumpPath,
  updateOrderDetailPath,
} from '../mini-program/trades/app-trade-apis.ts';
import { getDeliveryList } from '../mini-program/trades/carriers.ts';
import { notifyConfirmReceive, opSpecialOrder } from '../mini-program/trades/order-reports.ts';
import { getOrder, getOrderList } from '../mini-program/trades/query-trades.ts';
import { uploadCombinedShippingInfo, uploadShippingInfo } from '../mini-program/trades/upload-shipping.ts';
import { getUserPhoneNumber } from '../mini-program/user-phone-number.ts';
import { createMiniProgramRoute, type MiniProgramApi, withApp } from './mini-program-route.ts';
import { collectRawBody } from './raw-body.ts';

const apis: readonly MiniProgramApi[] = [
  {
    api: 'stable_token',
    method: 'POST',
    path: '/cgi-bin/stable_token',
    operate: (context, { body, callerAddress }) => stableToken(context, body, callerAddress),
  },
  {
    api: 'subscribe_send',
    method: 'POST',
    path: '/cgi-bin/message/subscribe/send',
    operate: withApp(subscribeSend),
  },
  {
    api: 'template_send',
    method: 'POST',
    path: '/cgi-bin/message/template/send',
    operate: withApp(templateSend, 'service-account'),
  },
  {
    api: 'jscode2session',
    method: 'GET',
    path: '/sns/jscode2session',
    operate: (context, { query }) => codeToSession(context, query),
    // Real answers are text/plain; a client that goes by the type reads no JSON.
    contentType: ({ faults, random }) =>
      faults.settings.variety && random.happens(0.5) ? 'application/json; charset=utf-8' : 'text/plain',
  },
  {
    api: 'checksession',
    method: 'GET',
    path: '/wxa/checksession',
    operate: withApp((context, app, _body, { query }) => checkSession(context, app, query)),
  },
  {
    api: 'getuserphonenumber',
    method: 'POST',
    path: '/wxa/business/getuserphonenumber',
    operate: withApp(getUserPhoneNumber),
  },
  toOrderApi('upload_shipping_info', uploadShippingInfo),
  toOrderApi('upload_combined_shipping_info', uploadCombinedShippingInfo),
  toOrderApi('get_order', getOrder),
  toOrderApi('get_order_list', getOrderList),
  toOrderApi('notify_confirm_receive', notifyConfirmReceive),
  toOrderApi('is_trade_managed', isTradeManaged),
  toOrderApi('is_trade_management_confirmation_completed', isTradeConfirmed),
  toOrderApi('opspecialorder', opSpecialOrder),
  toOrderApi('set_msg_jump_path', setMsgJumpPath),
  toOrderApi('update_order_detail_path', updateOrderDetailPath),
  toOrderApi('get_order_detail_path', getOrderDetailPath),
  {
    api: 'get_delivery_list',
    method: 'POST',
    path: '/cgi-bin/express/delivery/open_msg/get_delivery_list',
    operate: withApp(getDeliveryList),
  },
];

function toOrderApi(api: ApiName, operate: Parameters<typeof withApp>[0]): MiniProgramApi {
  return { api, method: 'POST', path: `/wxa/sec/order/${api}`, operate: withApp(operate) };
}

/** api.weixin.qq.com, mounted at the root. */
export function createMiniProgramRouter(context: Context): Router {
  const router = Router({ caseSensitive: true, strict: true });
  for (const offered of apis) {
    router.all(offered.path, collectRawBody, createMiniProgramRoute(context, offered));
  }
  router.use(['/cgi-bin', '/sns', '/wxa'], (_, response) => {
    response.json(new MiniProgramRefusal(40066, 'invalid url').toBody());
  });
  return router;
}
