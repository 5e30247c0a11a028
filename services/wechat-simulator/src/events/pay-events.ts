import { campusDebitEvents } from './campus-debits.ts';
import { complaintEvents } from './complaints.ts';
import { contractEvents } from './contracts.ts';
import { couponEvents } from './coupons.ts';
import { discountCardEvents } from './discount-cards.ts';
import type { PayEventSpec } from './event-spec.ts';
import { fapiaoEvents } from './fapiao.ts';
import { mallEvents } from './malls.ts';
import { memberCardEvents } from './member-cards.ts';
import { payScoreEvents } from './pay-score.ts';
import { paymentEvents } from './payments.ts';
import { platformFundEvents } from './platform-funds.ts';
import { productCouponEvents } from './product-coupons.ts';
import { profitSharingEvents } from './profit-sharing.ts';
import { refundEvents } from './refunds.ts';
import { securityEvents } from './security.ts';
import { transferEvents } from './transfers.ts';
import { vehicleEvents } from './vehicles.ts';
import { violationEvents } from './violations.ts';

/** Every event of API v3 that can be sent by its name. */
export const payEvents: readonly PayEventSpec[] = [
  ...paymentEvents,
  ...campusDebitEvents,
  ...refundEvents,
  ...profitSharingEvents,
  ...transferEvents,
  ...platformFundEvents,
  ...couponEvents,
  ...productCouponEvents,
  ...payScoreEvents,
  ...complaintEvents,
  ...contractEvents,
  ...vehicleEvents,
  ...discountCardEvents,
  ...mallEvents,
  ...fapiaoEvents,
  ...violationEvents,
  ...memberCardEvents,
  ...securityEvents,
];
