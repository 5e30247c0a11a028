import { toSuite } from './fuzz-suite.fixture.test.ts';
import { documentsOfV2 } from './pay-v2-documents.fixture.test.ts';
import { fieldsOfV2 } from './pay-v2-fields.fixture.test.ts';
import { v2Messages } from './pay-v2-messages.fixture.test.ts';
import { provenV2 } from './pay-v2-proven.fixture.test.ts';

export const v2Suite = toSuite('pay-v2', v2Messages, [...fieldsOfV2, ...documentsOfV2, ...provenV2]);
