import { toSuite } from './fuzz-suite.fixture.test.ts';
import { v2Messages } from './pay-v2-messages.fixture.test.ts';
import { provenV2 } from './pay-v2-proven.fixture.test.ts';
import { unprovenV2 } from './pay-v2-unproven.fixture.test.ts';

export const v2Suite = toSuite('pay-v2', v2Messages, [...unprovenV2, ...provenV2]);
