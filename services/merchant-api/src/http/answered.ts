import { channel } from 'node:diagnostics_channel';
import type { Endpoint } from '@huidiao/contracts';
import type { Response } from 'express';
import { servedDocument } from '../openapi/served-document.ts';
import type { OpenApiDocument } from '../openapi/to-openapi-document.ts';

/** An answer as it goes out, for whoever holds answers against the document; `endpoint` is missing where no path matched. */
export interface Answered {
  readonly endpoint: Endpoint | undefined;
  readonly status: number;
  /** Their names in small letters. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** What is served at /openapi.json. */
  readonly document: OpenApiDocument;
}

/** Nobody listens in production, and then it costs nothing. */
const answered = channel('huidiao:merchant-api.answered');

/**
 * Tells whoever listens on the channel what an endpoint answers; `endpoint` is undefined where none was found.
 * @param res with its headers, all but those of its content
 */
export function tellAnswered(
  res: Response,
  { endpoint, status, body }: Pick<Answered, 'endpoint' | 'status' | 'body'>,
): void {
  if (!answered.hasSubscribers) return;
  const headers = { ...res.getHeaders() };
  answered.publish({ endpoint, status, headers, body, document: servedDocument() } satisfies Answered);
}
