import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** Headers by name; a list becomes repeated header lines. */
export type WireHeaders = Record<string, string | string[]>;

/** What goes over the wire, exactly. */
export interface WireMessage {
  /** Default POST. */
  readonly method?: 'GET' | 'POST';
  readonly headers: WireHeaders;
  readonly body: string;
}

/** What came of sending one message once. */
export type Receipt =
  | {
      readonly outcome: 'answered';
      readonly status: number;
      /** The body as text: the first 64 KB of it. */
      readonly answer: string;
      /** Content-Type of the answer; empty where there was none. */
      readonly contentType: string;
      readonly durationMs: number;
    }
  | { readonly outcome: 'timeout' | 'failed'; readonly problem: string; readonly durationMs: number };

/** Of an answer only so much is kept. */
const keptAnswerBytes = 65_536;

/**
 * Sends a message. It has until `limitMs` (real time) to be answered whole; redirects are not followed.
 * Repeated headers are sent repeated, which fetch cannot do. Never rejects.
 */
export function postMessage(
  url: string,
  { method = 'POST', headers, body }: WireMessage,
  options: { limitMs: number; signal?: AbortSignal },
): Promise<Receipt> {
  const startedAt = performance.now();
  const durationMs = (): number => Math.round(performance.now() - startedAt);
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  const length = method === 'GET' ? {} : { 'Content-Length': Buffer.byteLength(body) };

  return new Promise((resolve) => {
    const request = send(url, {
      method,
      headers: { ...headers, ...length, Connection: 'close' },
      signal: options.signal,
      // A connection of its own for every attempt: one that the receiver is just closing would look like a
      // failure of the receiver.
      agent: false,
    });
    const timer = setTimeout(
      () => finish({ outcome: 'timeout', problem: 'no answer in time', durationMs: durationMs() }),
      options.limitMs,
    );
    const finish = (receipt: Receipt): void => {
      clearTimeout(timer);
      resolve(receipt);
      request.destroy();
    };
    const fail = (error: Error): void =>
      finish({ outcome: 'failed', problem: error.message, durationMs: durationMs() });
    request.on('error', fail);
    request.on('response', (response) => {
      const kept: Buffer[] = [];
      let keptBytes = 0;
      response.on('data', (chunk: Buffer) => {
        if (keptBytes < keptAnswerBytes) kept.push(chunk);
        keptBytes += chunk.length;
      });
      response.on('error', fail);
      response.on('end', () =>
        finish({
          outcome: 'answered',
          status: response.statusCode ?? 0,
          answer: Buffer.concat(kept).subarray(0, keptAnswerBytes).toString(),
          contentType: response.headers['content-type'] ?? '',
          durationMs: durationMs(),
        }),
      );
    });
    request.end(body);
  });
}
