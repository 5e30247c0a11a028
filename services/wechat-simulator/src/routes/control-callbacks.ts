import type { Router } from 'express';
import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import { toAnnouncement } from '../pay/to-announcement.ts';
import { checkPushAddress } from '../push/check-push-address.ts';
import { control } from './control-route.ts';
import { anyNotification, merchantAddress, pushAddress } from './control-schemas.ts';
import { eventToSend } from './event-schemas.ts';
import { sendNamedEvent, toCatalogue } from './send-named-event.ts';
import { toDeliveries } from './to-deliveries.ts';

/** Callbacks of every kind, and where they go. */
export function addCallbacks(router: Router, context: Context): void {
  router.get('/events', (_, response) => void response.json(toCatalogue(context)));
  router.post(
    '/events',
    control(eventToSend, (request) => sendNamedEvent(context, request)),
  );
  router.post(
    '/notifications',
    control(anyNotification, ({ mchid, url, event_type, original_type, summary, resource, deliveries }) => {
      const announcement = toAnnouncement(context, {
        mchId: mchid,
        url,
        eventType: event_type,
        originalType: original_type,
        summary,
        resource,
      });
      return { notification_id: context.delivery.announce(announcement, toDeliveries(deliveries)).id };
    }),
  );
  router.post('/notifications/:id/resend', async (request, response) => {
    const notification = await context.delivery.resend(request.params.id);
    if (notification === undefined)
      throw new ControlRefusal(404, 'NOTIFICATION_UNKNOWN', 'no such notification');
    response.json({ state: notification.state, attempts: notification.attempts });
  });
  router.post(
    '/push-address',
    control(pushAddress, async ({ appid, url, token }) => {
      const { isVerified, ...check } = await checkPushAddress(context, { appId: appid, url, token });
      return { verified: isVerified, ...check };
    }),
  );
  router.post(
    '/merchant-address',
    control(merchantAddress, ({ mchid, notify_url, notify_url_v2 }) => {
      if (!context.merchants.has(mchid)) throw new ControlRefusal(404, 'MERCHANT_UNKNOWN', 'no such mchid');
      context.addresses.setMerchant(mchid, { v3: notify_url, v2: notify_url_v2 });
    }),
  );
}
