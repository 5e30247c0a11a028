import { toSuite } from './fuzz-suite.fixture.test.ts';
import { v3Messages } from './pay-v3-messages.fixture.test.ts';
import { resourcesOfV3 } from './pay-v3-resource.fixture.test.ts';
import { sealsOfV3 } from './pay-v3-seals.fixture.test.ts';
import { unprovenV3 } from './pay-v3-unproven.fixture.test.ts';

export const v3Suite = toSuite('pay-v3', v3Messages, [...unprovenV3, ...resourcesOfV3, ...sealsOfV3]);
