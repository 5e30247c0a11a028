import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** The connections of one client: kept open between requests, and never more than so many at once. */
export interface HttpAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  /** Ends all connections, those in use as well. */
  close(): void;
}

/**
 * What is asked beyond `maxSockets` waits for its turn, within its own time limit. A connection is kept for 4 s,
 * as fetch does: shorter than any server usually waits, for one that the server closes just while a request goes
 * out leaves open whether it arrived.
 */
const limits = { keepAlive: true, maxSockets: 100, maxFreeSockets: 20, timeout: 4_000 } as const;

/** @see HttpAgents */
export function createHttpAgents(): HttpAgents {
  const agents = { http: new HttpAgent(limits), https: new HttpsAgent(limits) };
  return {
    ...agents,
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}
