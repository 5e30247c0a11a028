import { contractEvents } from './pay/contract-events.ts';
import { debitEvents } from './pay/debit-events.ts';
import { marketingEvents } from './pay/marketing-events.ts';
import { payScoreEvents } from './pay/pay-score-events.ts';
import { profitSharingEvents } from './pay/profit-sharing-events.ts';
import { serviceEvents } from './pay/service-events.ts';
import { transferEvents } from './pay/transfer-events.ts';

export type { PartyName } from './pay/pay-event.ts';

/**
 * Facts of WeChat Pay besides payments and refunds. `mchId` is always the merchant of the path.
 * What tells one fact from another is required; the rest is there where WeChat says it, in its own words.
 */
export const payEvents = {
  ...profitSharingEvents,
  ...transferEvents,
  ...debitEvents,
  ...payScoreEvents,
  ...contractEvents,
  ...marketingEvents,
  ...serviceEvents,
} as const;
export type PayEventType = keyof typeof payEvents;
