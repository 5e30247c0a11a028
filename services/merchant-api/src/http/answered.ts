import { channel } from 'node:diagnostics_channel';
import type { Endpoint } from '@huidiao/contracts';

/** An answer as it goes out, for whoever holds answers against the catalogue; `endpoint` is missing where no path matched. */
export interface Answered {
  readonly endpoint: Endpoint | undefined;
  readonly status: number;
  readonly body: unknown;
}

/** Nobody listens in production, and then it costs nothing. */
const answered = channel('huidiao:merchant-api.answered');

/** Tells whoever listens on the channel what an endpoint answered; `endpoint` is undefined where none was found. */
export function tellAnswered(endpoint: Endpoint | undefined, status: number, body: unknown): void {
  if (answered.hasSubscribers) answered.publish({ endpoint, status, body } satisfies Answered);
}
