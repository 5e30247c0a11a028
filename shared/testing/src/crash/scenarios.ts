import { callbackScenarios } from './callback-scenarios.ts';
import { caseScenarios } from './case-scenarios.ts';
import { deadLetterScenarios } from './dead-letter-scenarios.ts';
import { lossScenarios } from './loss-scenarios.ts';
import { merchantScenarios } from './merchant-scenarios.ts';
import { messageScenarios } from './message-scenarios.ts';
import { paymentScenarios } from './payment-scenarios.ts';
import type { Scenario } from './scenario.ts';

/**
 * A new job, loop or route needs one in which it has something to do: a test says so. A point that several pass is
 * the first one's.
 */
export const scenarios: readonly Scenario[] = [
  ...paymentScenarios,
  ...deadLetterScenarios,
  ...messageScenarios,
  ...callbackScenarios,
  ...lossScenarios,
  ...merchantScenarios,
  ...caseScenarios,
];
