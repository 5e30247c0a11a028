import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { BoundedMap } from '../bounded-map.ts';
import type { SimulatedClock } from '../clock.ts';
import { ControlRefusal } from '../control-refusal.ts';
import type { Ledger } from '../ledger.ts';
import {
  type Announcement,
  type Attempt,
  type Deliveries,
  type Notification,
  recordAttempt,
} from './notification.ts';
import { postNotification } from './post-notification.ts';
import { isAcknowledged, resendIntervalsMs } from './resend-schedule.ts';
import { type SigningParts, signAttempt } from './sign-attempt.ts';
import { toWireTime } from './wire-time.ts';

/** Sends what merchants are to be told, again and again until they have it. */
export interface NotificationDelivery {
  /**
   * Schedules the first attempt; re-sends follow until one is answered 200 or 204, or the schedule ends.
   * Throws ControlRefusal for an unknown merchant or a malformed URL.
   */
  announce(announcement: Announcement, deliveries?: Deliveries): Notification;
  /** One more attempt right now, whatever its state. Undefined for an unknown id. */
  resend(id: string): Promise<Notification | undefined>;
  all(): Notification[];
  /** Breaks off what is being sent. */
  close(): void;
}

interface Travel {
  readonly notification: Notification;
  readonly copies: number;
  dropsLeft: number;
  probesLeft: number;
  /** Attempts so far, asked-for ones included. */
  number: number;
  /** Attempts that the schedule made. */
  scheduled: number;
  callOff: () => void;
}

const rememberedNotifications = 20_000;

/** What delivery draws on. */
export interface DeliveryParts extends SigningParts {
  readonly clock: SimulatedClock;
  readonly ledger: Ledger;
  /** How long a receiver may take, in real milliseconds. */
  readonly answerLimitMs: number;
}

export function createNotificationDelivery(parts: DeliveryParts): NotificationDelivery {
  const { clock, random, faults, ledger, merchants, answerLimitMs } = parts;
  const closing = new AbortController();
  // As many as notifications are under way.
  setMaxListeners(0, closing.signal);
  const travels = new BoundedMap<string, Travel>(rememberedNotifications, (forgotten) => forgotten.callOff());

  const schedule = (travel: Travel, dueMs: number): void => {
    travel.notification.nextDueAt = new Date(dueMs).toISOString();
    travel.callOff = clock.schedule(dueMs, () => attempt(travel, dueMs));
  };

  const attempt = async (travel: Travel, dueMs: number): Promise<void> => {
    const { notification } = travel;
    if (notification.state === 'acknowledged') return;
    travel.scheduled += 1;
    const acknowledged = await sendOnce(travel, dueMs);
    if (acknowledged || closing.signal.aborted) return;
    // Counted from when the attempt was due, so that a fast clock does not stretch the schedule.
    const intervalMs = resendIntervalsMs[travel.scheduled - 1];
    if (intervalMs !== undefined) return schedule(travel, dueMs + intervalMs);
    notification.state = 'given_up';
    notification.nextDueAt = undefined;
  };

  /** Everything that one attempt sends; true when the notification is acknowledged by now. */
  const sendOnce = async (travel: Travel, dueMs: number): Promise<boolean> => {
    const { notification } = travel;
    travel.number += 1;
    const number = travel.number;
    if (travel.dropsLeft > 0 || random.happens(faults.settings.drop_share)) {
      travel.dropsLeft -= 1;
      recordAttempt(notification, { number, dueMs, kind: 'genuine', serial: '', receipt: undefined });
      return false;
    }
    if (travel.probesLeft > 0 || random.happens(faults.settings.probe_share)) {
      travel.probesLeft -= 1;
      await send(notification, { number, dueMs, kind: 'probe' });
    }
    const copies = random.happens(faults.settings.duplicate_share)
      ? Math.max(2, travel.copies)
      : travel.copies;
    await Promise.all(
      Array.from({ length: copies }, () => send(notification, { number, dueMs, kind: 'genuine' })),
    );
    return isNowAcknowledged(notification);
  };

  const send = async (
    notification: Notification,
    { number, dueMs, kind }: { number: number; dueMs: number; kind: Attempt['kind'] },
  ): Promise<void> => {
    const { serial, signed } = signAttempt(notification, kind, parts);
    const { signal } = closing;
    const receipt = await postNotification(notification.url, signed, { limitMs: answerLimitMs, signal });
    recordAttempt(notification, { number, dueMs, kind, serial, receipt });
    if (receipt.outcome !== 'answered' || !isAcknowledged(receipt.status)) return;
    if (kind === 'probe') {
      ledger.recordAcceptedProbe({
        kind: 'notification',
        mchId: notification.mchId,
        subject: notification.id,
      });
      return;
    }
    notification.state = 'acknowledged';
    notification.nextDueAt = undefined;
  };

  return {
    announce: (announcement, deliveries = {}) => {
      if (!merchants.has(announcement.mchId)) {
        throw new ControlRefusal(404, 'MERCHANT_UNKNOWN', 'no such mchid in the settings');
      }
      if (!/^https?:\/\/./.test(announcement.url) || !URL.canParse(announcement.url)) {
        throw new ControlRefusal(400, 'URL_MALFORMED', 'the url must be a whole http or https URL');
      }
      const notification: Notification = {
        ...announcement,
        id: randomUUID(),
        createTime: toWireTime(Date.now()),
        attempts: [],
        state: 'waiting',
        nextDueAt: undefined,
      };
      const travel: Travel = {
        notification,
        copies: deliveries.copies ?? 1,
        dropsLeft: deliveries.drop ?? 0,
        probesLeft: deliveries.probe ? 1 : 0,
        number: 0,
        scheduled: 0,
        callOff: () => {},
      };
      travels.set(notification.id, travel);
      const { delay_ms, reorder_window_ms } = faults.settings;
      const putOffMs = (deliveries.delayMs ?? 0) + delay_ms + Math.floor(random.next() * reorder_window_ms);
      schedule(travel, clock.now() + putOffMs);
      return notification;
    },
    resend: async (id) => {
      const travel = travels.get(id);
      if (travel === undefined) return undefined;
      if (await sendOnce(travel, clock.now())) travel.callOff();
      return travel.notification;
    },
    all: () => travels.values().map(({ notification }) => notification),
    close: () => closing.abort(),
  };
}

/** Read again after waiting: another copy or an asked-for re-send may have been acknowledged meanwhile. */
function isNowAcknowledged(notification: Notification): boolean {
  return notification.state === 'acknowledged';
}
