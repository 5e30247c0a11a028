import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { WebhookTarget } from './post-webhook.ts';

/** Connections that are kept for the next webhook. */
export interface WebhookAgents {
  of(target: Pick<WebhookTarget, 'url' | 'allowPrivateNetwork'>): HttpAgent | HttpsAgent;
  close(): void;
}

/** Apart, because a connection that one merchant was allowed to make must not serve one that is not. */
export function createWebhookAgents(): WebhookAgents {
  const agents = { open: createAgents(), guarded: createAgents() };
  return {
    of({ url, allowPrivateNetwork }) {
      const { http, https } = allowPrivateNetwork ? agents.open : agents.guarded;
      return url.startsWith('https:') ? https : http;
    },
    close() {
      for (const { http, https } of Object.values(agents)) {
        http.destroy();
        https.destroy();
      }
    },
  };
}

function createAgents(): { http: HttpAgent; https: HttpsAgent } {
  return { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
}
