import type { ServerResponse } from 'node:http';

/** An HTTP answer to a callback. */
export interface Answer {
  readonly status: number;
  /** None: no body at all. */
  readonly content?: { readonly type: string; readonly body: string | Buffer };
}

/** Writes the answer. A request whose body was not read to its end loses its connection, since the rest is unknown. */
export function writeAnswer(response: ServerResponse, { status, content }: Answer, bodyRead: boolean): void {
  if (response.headersSent || response.destroyed) return;
  if (!bodyRead) response.setHeader('connection', 'close');
  if (content === undefined) {
    // RFC 9110 has no content-length beside 204.
    response.writeHead(status, status === 204 ? {} : { 'content-length': 0 }).end();
    return;
  }
  response.writeHead(status, {
    'content-type': content.type,
    'content-length': Buffer.byteLength(content.body),
  });
  response.end(content.body);
}
