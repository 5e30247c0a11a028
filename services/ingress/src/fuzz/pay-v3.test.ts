import { describeFuzz } from './describe-fuzz.fixture.test.ts';
import { v3Suite } from './pay-v3-suite.fixture.test.ts';

describeFuzz(v3Suite);
