import { merchantScenarios } from './merchant-scenarios.ts';
import { paymentScenarios } from './payment-scenarios.ts';
import type { Scenario } from './scenario.ts';

/** A new job, loop or route needs one in which it has something to do: a test says so. */
export const scenarios: readonly Scenario[] = [...paymentScenarios, ...merchantScenarios];
