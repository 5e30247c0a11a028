import { toSuite } from './fuzz-suite.fixture.test.ts';
import { addressChecks } from './push-address-cases.fixture.test.ts';
import { pushMessages } from './push-messages.fixture.test.ts';
import { provenPush } from './push-proven.fixture.test.ts';
import { queriesOfPush } from './push-query.fixture.test.ts';
import { unprovenPush } from './push-unproven.fixture.test.ts';

export const pushSuite = toSuite('push', pushMessages, [
  ...queriesOfPush,
  ...unprovenPush,
  ...addressChecks,
  ...provenPush,
]);
