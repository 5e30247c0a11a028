import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import { faultsSchema } from '../faults.ts';
import { toLedgerView } from '../ledger-view.ts';
import type { Deliveries } from '../pay/notification.ts';
import { type Payment, payByBuyer, payDirectly } from '../pay/pay-order.ts';
import { toCurlConfig } from '../pay/to-curl-config.ts';
import { anyNotification, buyerPays, clockChange, directPayment, grant } from './control-schemas.ts';

/** What GET /simulator answers: the calls that there are. */
const directory = {
  'GET /simulator/ledger?out_trade_no=':
    'orders, notifications with every attempt, messages, grants, tokens, calls, probes accepted',
  'GET /simulator/callback.curl': 'the latest payment’s notification, signed just now, for curl -K -',
  'GET /simulator/platform-keys': 'public key and certificates that verify what is signed here',
  'POST /simulator/buyers/pay': '{ appId, timeStamp, nonceStr, package, signType, paySign, deliveries? }',
  'POST /simulator/payments':
    '{ mchid, appid, openid, out_trade_no, total, notify_url, currency?, attach?, deliveries? }',
  'POST /simulator/notifications':
    '{ mchid, url, event_type, resource, original_type?, summary?, deliveries? }',
  'POST /simulator/notifications/{id}/resend': 'one more attempt now',
  'POST /simulator/grants': '{ appid, openid, template_id, count }; count 0 takes all back',
  'POST /simulator/tokens/{appid}/revoke': 'the access_token in force becomes worthless',
  'POST /simulator/clock': '{ speed } or { advance_ms }',
  'GET, POST, DELETE /simulator/faults': 'see, set, take back what goes wrong',
} as const;

/** /simulator: what a test or a person does in place of buyers, and looks at. JSON. */
export function createControlRouter(context: Context): Router {
  const router = Router();
  router.use(refuseStrangers(context.settings.allowRemoteControl), express.json({ limit: '2mb' }));

  router.get('/', (_, response) => void response.json(directory));
  router.get('/ledger', (request, response) => {
    const outTradeNo = request.query.out_trade_no;
    response.json(toLedgerView(context, typeof outTradeNo === 'string' ? outTradeNo : undefined));
  });
  router.get('/callback.curl', (_, response) => {
    response.type('text/plain').send(toCurlConfig(context));
  });
  router.get('/platform-keys', (_, response) => void response.json(context.platformKeys.published));

  router.post(
    '/buyers/pay',
    control(buyerPays, ({ deliveries, ...request }) =>
      toPaymentView(payByBuyer(context, request, toDeliveries(deliveries))),
    ),
  );
  router.post(
    '/payments',
    control(directPayment, ({ deliveries, ...payment }) =>
      toPaymentView(
        payDirectly(
          context,
          {
            mchId: payment.mchid,
            appId: payment.appid,
            openId: payment.openid,
            outTradeNo: payment.out_trade_no,
            totalFen: payment.total,
            currency: payment.currency,
            attach: payment.attach,
            notifyUrl: payment.notify_url,
          },
          toDeliveries(deliveries),
        ),
      ),
    ),
  );
  router.post(
    '/notifications',
    control(anyNotification, ({ mchid, url, event_type, original_type, summary, resource, deliveries }) => {
      const { id } = context.delivery.announce(
        { mchId: mchid, url, eventType: event_type, originalType: original_type, summary, resource },
        toDeliveries(deliveries),
      );
      return { notification_id: id };
    }),
  );
  router.post('/notifications/:id/resend', async (request, response) => {
    const notification = await context.delivery.resend(request.params.id);
    if (notification === undefined)
      throw new ControlRefusal(404, 'NOTIFICATION_UNKNOWN', 'no such notification');
    response.json({ state: notification.state, attempts: notification.attempts });
  });
  router.post(
    '/grants',
    control(grant, ({ appid, openid, template_id, count }) => {
      const key = { appId: appid, openId: openid, templateId: template_id };
      if (!context.openIds.belongs(appid, openid)) {
        throw new ControlRefusal(409, 'OPENID_OF_ANOTHER_APP', 'the openid was seen with another appid');
      }
      if (count === 0) context.messages.revoke(key);
      else context.messages.grant(key, count);
      return {};
    }),
  );
  router.post('/tokens/:appId/revoke', (request, response) => {
    if (!context.apps.has(request.params.appId))
      throw new ControlRefusal(404, 'APP_UNKNOWN', 'no such appid');
    context.tokens.revoke(request.params.appId);
    response.json({});
  });
  router.post(
    '/clock',
    control(clockChange, async (change) => {
      if ('speed' in change) context.clock.setSpeed(change.speed);
      else await context.clock.advance(change.advance_ms);
      return { now: new Date(context.clock.now()).toISOString(), speed: context.clock.speed };
    }),
  );
  router.get('/faults', (_, response) => void response.json(context.faults.settings));
  router.post(
    '/faults',
    control(faultsSchema.partial(), (change) => {
      context.faults.set(
        Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
      );
      return context.faults.settings;
    }),
  );
  router.delete('/faults', (_, response) => {
    context.faults.reset();
    response.json(context.faults.settings);
  });

  router.use(
    (_, response) => void response.status(404).json({ code: 'NOT_FOUND', message: 'see GET /simulator' }),
  );
  router.use(answerRefusals);
  return router;
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

/** Checks the body against the schema and answers what `act` gives. */
function control<S extends z.ZodType>(
  schema: S,
  act: (body: z.output<S>) => unknown | Promise<unknown>,
): RequestHandler {
  return async (request, response) => {
    const parsed = schema.safeParse(request.body);
    if (!parsed.success) throw new ControlRefusal(400, 'BODY_INVALID', z.prettifyError(parsed.error));
    response.json(await act(parsed.data));
  };
}

const answerRefusals: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (!(error instanceof ControlRefusal)) return next(error);
  response.status(error.status).json({ code: error.code, message: error.message });
};

function toDeliveries(wanted: z.output<typeof buyerPays>['deliveries']): Deliveries {
  return { copies: wanted?.copies, delayMs: wanted?.delay_ms, drop: wanted?.drop, probe: wanted?.probe };
}

function toPaymentView({ transactionId, outTradeNo, notification }: Payment) {
  return {
    transaction_id: transactionId,
    out_trade_no: outTradeNo,
    notification_id: notification.id,
    notify_url: notification.url,
    /** Simulated time of the first attempt. */
    notification_due_at: notification.nextDueAt,
  };
}
