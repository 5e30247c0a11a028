import { customerServicePushes } from './customer-service.ts';
import type { PushSpec } from './event-spec.ts';
import { platformPushes } from './platform-news.ts';
import { subscriptionPushes } from './subscriptions.ts';
import { tradePushes } from './trade.ts';
import { userDataPushes } from './user-data.ts';
import { virtualPaymentPushes } from './virtual-payment.ts';

/** Every message push that can be sent by its name. */
export const pushEvents: readonly PushSpec[] = [
  ...subscriptionPushes,
  ...customerServicePushes,
  ...userDataPushes,
  ...tradePushes,
  ...virtualPaymentPushes,
  ...platformPushes,
];
