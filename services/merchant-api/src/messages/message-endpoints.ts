import type { Clock, MerchantDirectory } from '@huidiao/contracts';
import type { Producer } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import type { Store } from '@huidiao/store';
import type { Handlers } from '../http/endpoint-handler.ts';
import { serveCancelMessage } from './serve-cancel-message.ts';
import { serveCreateMessages } from './serve-create-messages.ts';
import { serveReadMessage } from './serve-read-message.ts';
import { serveReportConsents } from './serve-report-consents.ts';

export interface MessageEndpointDeps {
  readonly messages: Store['messages'];
  readonly orders: Pick<Store['orders'], 'renewEffect'>;
  readonly directory: Pick<MerchantDirectory, 'apps'>;
  readonly producer: Pick<Producer, 'add'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Messages to users that no order asks for, and what users say to being asked. */
export function messageEndpointHandlers(
  deps: MessageEndpointDeps,
): Handlers<'createMessages' | 'readMessage' | 'cancelMessage' | 'reportConsents'> {
  return {
    createMessages: serveCreateMessages(deps),
    readMessage: serveReadMessage(deps),
    cancelMessage: serveCancelMessage(deps),
    reportConsents: serveReportConsents(deps),
  };
}
