import { describeFuzz } from './describe-fuzz.fixture.test.ts';
import { pushSuite } from './push-suite.fixture.test.ts';

describeFuzz(pushSuite);
