import { setMaxListeners } from 'node:events';
import { BoundedMap } from '../bounded-map.ts';
import type { SimulatedClock } from '../clock.ts';
import { ControlRefusal } from '../control-refusal.ts';
import type { Faults } from '../faults.ts';
import type { Ledger } from '../ledger.ts';
import type { Random } from '../random.ts';
import {
  type Announcement,
  type Attempt,
  type ComposedAttempt,
  type Deliveries,
  type Judgement,
  type Notification,
  recordAttempt,
} from './notification.ts';
import { postMessage, type Receipt } from './post-message.ts';

/** What came of one attempt, and what was sent. */
export interface SentOnce {
  readonly notification: Notification;
  readonly sent: ComposedAttempt;
  readonly receipt: Receipt;
  /** Undefined where no answer came. */
  readonly judgement: Judgement | undefined;
}

/** Sends what receivers are to be told, again and again until they have it. */
export interface Delivery {
  /**
   * Schedules the first attempt; re-sends follow until one is accepted, or the schedule ends.
   * Throws ControlRefusal for a malformed URL.
   */
  announce(announcement: Announcement, deliveries?: Deliveries): Notification;
  /** Sends it now and once, past every fault; it stands in the ledger. Throws ControlRefusal for a malformed URL. */
  sendOnce(announcement: Announcement): Promise<SentOnce>;
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
export interface DeliveryParts {
  readonly clock: SimulatedClock;
  readonly random: Random;
  readonly faults: Faults;
  readonly ledger: Ledger;
  /** How long a receiver may take, in real milliseconds. */
  readonly answerLimitMs: number;
}

/** Goes by the simulated clock but for the time that a receiver may take, which is real. */
export function createDelivery(parts: DeliveryParts): Delivery {
  const { clock, random, faults, ledger, answerLimitMs } = parts;
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
    const { isAcknowledged, wasAnswered } = await sendAll(travel, dueMs);
    if (isAcknowledged || closing.signal.aborted) return;
    // Counted from when the attempt was due, so that a fast clock does not stretch the schedule.
    const intervalMs = notification.resendIntervalsMs[travel.scheduled - 1];
    const isEnd =
      notification.channel === 'push' && wasAnswered && faults.settings.push_resend_after === 'silence';
    if (intervalMs !== undefined && !isEnd) return schedule(travel, dueMs + intervalMs);
    notification.state = 'given_up';
    notification.nextDueAt = undefined;
  };

  /** Everything that one attempt sends. */
  const sendAll = async (
    travel: Travel,
    dueMs: number,
  ): Promise<{ isAcknowledged: boolean; wasAnswered: boolean }> => {
    const { notification } = travel;
    travel.number += 1;
    const number = travel.number;
    if (travel.dropsLeft > 0 || random.happens(faults.settings.drop_share)) {
      travel.dropsLeft -= 1;
      const lost = { serial: '', receipt: undefined, judgement: undefined };
      recordAttempt(notification, { number, dueMs, kind: 'genuine', ...lost });
      return { isAcknowledged: false, wasAnswered: false };
    }
    if (notification.channel === 'pay-v3' && isProbed(travel)) {
      await send(notification, { number, dueMs, kind: 'probe' });
    }
    const copies = random.happens(faults.settings.duplicate_share)
      ? Math.max(2, travel.copies)
      : travel.copies;
    const sendings = await Promise.all(
      Array.from({ length: copies }, () => send(notification, { number, dueMs, kind: 'genuine' })),
    );
    const wasAnswered = sendings.some(({ receipt }) => receipt.outcome === 'answered');
    return { isAcknowledged: isNowAcknowledged(notification), wasAnswered };
  };

  const isProbed = (travel: Travel): boolean => {
    if (travel.probesLeft <= 0) return random.happens(faults.settings.probe_share);
    travel.probesLeft -= 1;
    return true;
  };

  const send = async (
    notification: Notification,
    { number, dueMs, kind }: { number: number; dueMs: number; kind: Attempt['kind'] },
  ): Promise<SentOnce> => {
    const sent = notification.compose(kind);
    const limitMs = Math.min(answerLimitMs, notification.answerLimitMs ?? answerLimitMs);
    const receipt = await postMessage(sent.url, sent.message, { limitMs, signal: closing.signal });
    const judgement = receipt.outcome === 'answered' ? sent.judge(receipt) : undefined;
    recordAttempt(notification, { number, dueMs, kind, serial: sent.serial, receipt, judgement });
    if (judgement?.isAccepted) accept(notification, kind, judgement);
    return { notification, sent, receipt, judgement };
  };

  const accept = (notification: Notification, kind: Attempt['kind'], judgement: Judgement): void => {
    const { mchId = '', id } = notification;
    if (kind === 'probe') {
      ledger.recordAcceptedProbe({ kind: 'notification', mchId, subject: id });
      return;
    }
    notification.state = 'acknowledged';
    notification.nextDueAt = undefined;
    notification.reply = judgement.reply;
  };

  const enter = (announcement: Announcement, deliveries: Deliveries): Travel => {
    if (!/^https?:\/\/./.test(announcement.url) || !URL.canParse(announcement.url)) {
      throw new ControlRefusal(400, 'URL_MALFORMED', 'the url must be a whole http or https URL');
    }
    const state = { attempts: [], state: 'waiting', nextDueAt: undefined, reply: undefined } as const;
    const travel: Travel = {
      notification: { ...announcement, ...state, attempts: [] },
      copies: deliveries.copies ?? 1,
      dropsLeft: deliveries.drop ?? 0,
      probesLeft: deliveries.probe ? 1 : 0,
      number: 0,
      scheduled: 0,
      callOff: () => {},
    };
    travels.set(announcement.id, travel);
    return travel;
  };

  return {
    announce: (announcement, deliveries = {}) => {
      const travel = enter(announcement, deliveries);
      const { delay_ms, reorder_window_ms } = faults.settings;
      const putOffMs = (deliveries.delayMs ?? 0) + delay_ms + Math.floor(random.next() * reorder_window_ms);
      schedule(travel, clock.now() + putOffMs);
      return travel.notification;
    },
    sendOnce: async (announcement) => {
      const travel = enter(announcement, {});
      travel.number = 1;
      const once = await send(travel.notification, { number: 1, dueMs: clock.now(), kind: 'genuine' });
      if (!isNowAcknowledged(travel.notification)) travel.notification.state = 'given_up';
      return once;
    },
    resend: async (id) => {
      const travel = travels.get(id);
      if (travel === undefined) return undefined;
      if ((await sendAll(travel, clock.now())).isAcknowledged) travel.callOff();
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
