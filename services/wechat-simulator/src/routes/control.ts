import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import { faultsSchema } from '../faults.ts';
import { toLedgerView } from '../ledger-view.ts';
import { toCurlConfig } from '../pay/to-curl-config.ts';
import { addBills } from './control-bills.ts';
import { addCallbacks } from './control-callbacks.ts';
import { addPayments } from './control-payments.ts';
import { control } from './control-route.ts';
import { clockChange, grant } from './control-schemas.ts';
import { addTrades, tradeDirectory } from './control-trades.ts';
import { addUsers, userDirectory } from './control-users.ts';
import { toOverviewPage } from './overview-page.ts';
import { sendPage } from './page.ts';
import { addPaymentSheet, paymentSheetDirectory } from './payment-sheet.ts';

/** What GET /simulator lists: the calls that there are. */
const directory = {
  'GET /simulator/ledger?out_trade_no=':
    'orders, refunds, money, shipped and frozen orders, notifications and pushes with every attempt, messages, grants, tokens, calls, probes accepted',
  'GET /simulator/callback.curl': 'the latest payment’s notification, signed just now, for curl -K -',
  'GET /simulator/platform-keys': 'public key and certificates that verify what is signed here',
  'POST /simulator/platform-keys/renew': 'a further certificate is in force; either signs',
  'POST /simulator/platform-keys/retire': 'the oldest certificate is in force no more',
  'POST /simulator/buyers/pay': '{ appId, timeStamp, nonceStr, package, signType, paySign, deliveries? }',
  ...paymentSheetDirectory,
  'POST /simulator/buyers/scan': '{ code_url, openid?, deliveries? }',
  'POST /simulator/buyers/start':
    '{ mchid, out_trade_no, for_ms? }: about to pay; closing gets FREQUENCY_LIMITED',
  'POST /simulator/balances': '{ mchid, balance }: fen left to refund with, null for enough',
  'POST /simulator/buyers/popup': '{ appid, openid, answers: [{ template_id, answer }], deliveries? }',
  'POST /simulator/buyers/refuse': '{ appid, openid, template_id, deliveries? }',
  ...userDirectory,
  ...tradeDirectory,
  'POST /simulator/payments':
    '{ mchid, appid, openid, out_trade_no, total, notify_url, currency?, attach?, sub?, deliveries? }',
  'POST /simulator/payments/combined':
    '{ mchid, appid, openid, combine_out_trade_no, notify_url, sub_orders: [{ out_trade_no, total, … }], deliveries? }',
  'POST /simulator/refunds': '{ mchid, out_trade_no, refund?, notify_url?, course?, deliveries? }',
  'POST /simulator/refunds/settle': '{ mchid, out_refund_no, course, deliveries? }',
  'POST /simulator/bill-rows':
    '{ mchid, bill_date, add?: [row], drop?: [{ out_trade_no } or { out_refund_no }], alter?: [{ …, fen }], synthetic?: { count, out_trade_no_prefix, total? } }',
  'GET /simulator/events': 'every event that can be sent by its name, and what can be wrong with it',
  'POST /simulator/events':
    '{ name, mchid?, appid?, url?, about?, fields?, tamper?, mode?, format?, sign_type?, resend?, deliveries?, … }',
  'POST /simulator/notifications':
    '{ mchid, url, event_type, resource, original_type?, summary?, deliveries? }',
  'POST /simulator/notifications/{id}/resend': 'one more attempt now',
  'POST /simulator/push-address':
    '{ appid, url, token? }: asks it by GET, as the console does when it is saved',
  'POST /simulator/merchant-address': '{ mchid, notify_url?, notify_url_v2? }',
  'POST /simulator/grants': '{ appid, openid, template_id, count }; count 0 takes all back',
  'POST /simulator/tokens/{appid}/revoke': 'the access_token in force becomes worthless',
  'POST /simulator/clock': '{ speed } or { advance_ms }',
  'GET, POST, DELETE /simulator/faults': 'see, set, take back what goes wrong',
} as const;

/** /simulator: what a test or a person does in place of buyers, and looks at. JSON, and pages for a browser. */
export function createControlRouter(context: Context): Router {
  const router = Router();
  router.use(refuseStrangers(context.settings.allowRemoteControl), express.json({ limit: '2mb' }));
  addViews(router, context);
  addPayments(router, context);
  addPaymentSheet(router, context);
  addBills(router, context);
  addCallbacks(router, context);
  addMiniProgram(router, context);
  addUsers(router, context);
  addTrades(router, context);
  addWorkings(router, context);
  router.use(
    (_, response) => void response.status(404).json({ code: 'NOT_FOUND', message: 'see GET /simulator' }),
  );
  router.use(answerRefusals);
  return router;
}

function addViews(router: Router, context: Context): void {
  router.get('/', (request, response) => {
    if (request.accepts(['json', 'html']) !== 'html') response.json(directory);
    else sendPage(response, 200, toOverviewPage(toLedgerView(context), directory));
  });
  router.get('/ledger', (request, response) => {
    const outTradeNo = request.query.out_trade_no;
    response.json(toLedgerView(context, typeof outTradeNo === 'string' ? outTradeNo : undefined));
  });
  router.get('/callback.curl', (_, response) => {
    response.type('text/plain').send(toCurlConfig(context));
  });
}

function addMiniProgram(router: Router, context: Context): void {
  router.post(
    '/grants',
    control(grant, ({ appid, openid, template_id, count }) => {
      const key = { appId: appid, openId: openid, templateId: template_id };
      if (!context.openIds.belongs(appid, openid)) {
        throw new ControlRefusal(409, 'OPENID_OF_ANOTHER_APP', 'the openid was seen with another appid');
      }
      if (count === 0) context.messages.revoke(key);
      else context.messages.grant(key, count);
    }),
  );
  router.post('/tokens/:appId/revoke', (request, response) => {
    if (!context.apps.has(request.params.appId))
      throw new ControlRefusal(404, 'APP_UNKNOWN', 'no such appid');
    context.tokens.revoke(request.params.appId);
    response.json({});
  });
}

function addWorkings(router: Router, context: Context): void {
  const { platformKeys, clock, faults } = context;
  router.get('/platform-keys', (_, response) => void response.json(platformKeys.published));
  router.post('/platform-keys/renew', (_, response) => {
    response.json({ serial: platformKeys.renew() });
  });
  router.post('/platform-keys/retire', (_, response) => {
    if (platformKeys.published.certificates.length < 2) {
      throw new ControlRefusal(409, 'CERTIFICATE_NEEDED', 'there is no second certificate');
    }
    platformKeys.retireOldest();
    response.json(platformKeys.published);
  });
  router.post(
    '/clock',
    control(clockChange, async (change) => {
      if ('speed' in change) clock.setSpeed(change.speed);
      else await clock.advance(change.advance_ms);
      return { now: new Date(clock.now()).toISOString(), speed: clock.speed };
    }),
  );
  router.get('/faults', (_, response) => void response.json(faults.settings));
  router.post(
    '/faults',
    control(faultsSchema.partial(), (change) => {
      faults.set(Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)));
      return faults.settings;
    }),
  );
  router.delete('/faults', (_, response) => {
    faults.reset();
    response.json(faults.settings);
  });
}

/** Whoever can call it makes payments, so only this machine may, unless the settings say otherwise. */
function refuseStrangers(allowRemoteControl: boolean): RequestHandler {
  return (request, _, next) => {
    const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const isLocal = address === '::1' || address.startsWith('127.');
    // A proxy on this machine would make everybody look local.
    const isForwarded = 'x-forwarded-for' in request.headers || 'forwarded' in request.headers;
    if (allowRemoteControl || (isLocal && !isForwarded)) return next();
    throw new ControlRefusal(
      403,
      'CONTROL_REFUSED',
      'only from this machine, unless allow_remote_control is set',
    );
  };
}

const answerRefusals: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (!(error instanceof ControlRefusal)) return next(error);
  response.status(error.status).json({ code: error.code, message: error.message });
};
