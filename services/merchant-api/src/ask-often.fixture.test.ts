import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Answer } from './merchant-api.fixture.test.ts';

/** What is asked: a method, headers, and a body where there is one. */
export interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** For tests that ask a thousand times: over connections that stay open, at less cost than fetch. */
export interface OftenAsker {
  ask(url: string, asked: Asked): Promise<Answer>;
  close(): void;
}

/** Close it before the server that it asks. */
export function createOftenAsker(): OftenAsker {
  const agent = new Agent({ keepAlive: true });
  return {
    async ask(url, { method, headers, body }) {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request(url, { method, headers, agent }, resolve).on('error', reject).end(body);
      });
      const answered = await text(response);
      return {
        status: response.statusCode ?? 0,
        headers: new Headers(response.headers as Record<string, string>),
        body: answered === '' ? undefined : JSON.parse(answered),
      };
    },
    close: () => agent.destroy(),
  };
}
