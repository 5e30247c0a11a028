import { toSuite } from './fuzz-suite.fixture.test.ts';
import { v3Messages } from './pay-v3-messages.fixture.test.ts';
import { provenV3 } from './pay-v3-proven.fixture.test.ts';
import { unprovenV3 } from './pay-v3-unproven.fixture.test.ts';

export const v3Suite = toSuite('pay-v3', v3Messages, [...unprovenV3, ...provenV3]);
