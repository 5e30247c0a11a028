import { contractRules } from './contract-rules.ts';
import { debitRules } from './debit-rules.ts';
import type { TellFact } from './event-rule.ts';
import { marketingRules } from './marketing-rules.ts';
import { payScoreRules } from './pay-score-rules.ts';
import { profitSharingRules } from './profit-sharing-rules.ts';
import { serviceRules } from './service-rules.ts';
import { transferRules } from './transfer-rules.ts';

/** Event types whose facts stand in the table below; a payment or a refund is told by a rule of its own. */
const ownRules = [
  'TRANSACTION.SUCCESS',
  'TRANSACTION.INDUSTRY_SUCCESS',
  'REFUND.SUCCESS',
  'REFUND.ABNORMAL',
  'REFUND.CLOSED',
];

/** By event_type. A Map, for event types are the sender's text. */
export const eventTable: ReadonlyMap<string, TellFact> = new Map(
  Object.entries({
    ...profitSharingRules,
    ...transferRules,
    ...debitRules,
    ...payScoreRules,
    ...contractRules,
    ...marketingRules,
    ...serviceRules,
  }),
);

/** Every event_type of API v3 that becomes an event of its own. */
export const knownEventTypes: readonly string[] = [...ownRules, ...eventTable.keys()];
