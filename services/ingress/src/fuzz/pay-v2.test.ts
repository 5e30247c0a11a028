import { describeFuzz } from './describe-fuzz.fixture.test.ts';
import { v2Suite } from './pay-v2-suite.fixture.test.ts';

describeFuzz(v2Suite);
