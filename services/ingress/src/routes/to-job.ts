import { isUtf8 } from 'node:buffer';
import type { CallbackUnhandled } from '@huidiao/contracts';
import { type JobData, toApplyPaymentJobId, toKeepCallbackJobId } from '@huidiao/contracts';
import type { NewJob } from '@huidiao/queue';
import type { NotificationOutcome } from '@huidiao/wechat';

export type GenuineNotification = Extract<NotificationOutcome, { kind: 'genuine' }>;

export interface ReceivedCallback {
  readonly mchId: string;
  readonly requestId: string;
  readonly receivedAt: Date;
  readonly body: Buffer;
}

/** The one job that a genuine notification asks for. Its id is the same for every re-send. */
export type CallbackJob = NewJob<'apply-payment'> | NewJob<'keep-callback'>;

export function toJob(notification: GenuineNotification, callback: ReceivedCallback): CallbackJob {
  const { event } = notification;
  switch (event.type) {
    case 'payment.succeeded':
      return {
        name: 'apply-payment',
        id: toApplyPaymentJobId(event),
        data: { ...toFacts(notification, callback), payment: event },
      };
    case 'callback.unhandled':
      return toKeepCallbackJob(notification, callback, event);
    default:
      return event satisfies never;
  }
}

/** The job that keeps a callback whole, for whatever reason nothing else can be done with it. */
export function toKeepCallbackJob(
  notification: GenuineNotification,
  callback: ReceivedCallback,
  why: Pick<CallbackUnhandled, 'reason' | 'problem'>,
): NewJob<'keep-callback'> {
  const bodyEncoding = isUtf8(callback.body) ? 'utf8' : 'base64';
  return {
    name: 'keep-callback',
    id: toKeepCallbackJobId(callback.mchId, notification.notificationId),
    data: {
      ...toFacts(notification, callback),
      mchId: callback.mchId,
      eventType: notification.eventType.slice(0, 64),
      reason: why.reason,
      problem: why.problem.slice(0, 2_000),
      body: callback.body.toString(bodyEncoding),
      bodyEncoding,
    },
  };
}

function toFacts(
  notification: GenuineNotification,
  callback: ReceivedCallback,
): Pick<JobData<'apply-payment'>, 'requestId' | 'callbackKey' | 'notificationId' | 'receivedAt'> {
  return {
    requestId: callback.requestId,
    callbackKey: notification.callbackKey,
    notificationId: notification.notificationId,
    receivedAt: callback.receivedAt.toISOString(),
  };
}
