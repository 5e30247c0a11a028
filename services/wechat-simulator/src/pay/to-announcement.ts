import { randomUUID } from 'node:crypto';
import { ControlRefusal } from '../control-refusal.ts';
import type { Announcement, Judgement } from '../delivery/notification.ts';
import type { Receipt } from '../delivery/post-message.ts';
import { resendIntervalsMs } from '../delivery/resend-schedules.ts';
import { parseJson } from '../parse-json.ts';
import type { JsonObject } from '../write-json.ts';
import { type SigningParts, signAttempt } from './sign-attempt.ts';
import type { Tamper } from './tamper.ts';
import { toWireTime } from './wire-time.ts';

/** A notification of API v3 before it is encrypted and signed. */
export interface NotificationToAnnounce {
  /** Whose APIv3 key encrypts it. */
  readonly mchId: string;
  readonly url: string;
  readonly eventType: string;
  /** Null leaves the field out. */
  readonly originalType: string | null;
  readonly summary: string;
  readonly resource: JsonObject;
  readonly outTradeNo?: string | undefined;
  /** 通知ID. Default: a new one. */
  readonly id?: string | undefined;
  /** Default: the schedule of payments. */
  readonly resendIntervalsMs?: readonly number[] | undefined;
  /** What is wrong with every attempt. */
  readonly tamper?: Tamper | undefined;
}

/** Makes it ready for delivery. Throws ControlRefusal for a merchant that is not in the settings. */
export function toAnnouncement(parts: SigningParts, wanted: NotificationToAnnounce): Announcement {
  const { mchId, url, tamper } = wanted;
  if (!parts.merchants.has(mchId)) {
    throw new ControlRefusal(404, 'MERCHANT_UNKNOWN', `no merchant ${mchId} in the settings`);
  }
  const content = { ...wanted, id: wanted.id ?? randomUUID(), createTime: toWireTime(Date.now()) };
  return {
    id: content.id,
    channel: 'pay-v3',
    url,
    eventType: wanted.eventType,
    mchId,
    appId: undefined,
    outTradeNo: wanted.outTradeNo,
    resendIntervalsMs: wanted.resendIntervalsMs ?? resendIntervalsMs,
    compose: (kind) => {
      const { serial, signed } = signAttempt(content, kind === 'probe' ? 'probe' : tamper, parts);
      return { url, serial, message: signed, judge: judgeV3 };
    },
  };
}

/** 200 and 204 end the re-sends; the body does not matter, nor does any other 2xx. */
export function judgeV3({ status, answer }: Extract<Receipt, { outcome: 'answered' }>): Judgement {
  const reply = parseJson(answer);
  if (status === 200 || status === 204) return { isAccepted: true, problem: '', reply };
  return { isAccepted: false, problem: `the status is ${status}, only 200 and 204 end the re-sends`, reply };
}
