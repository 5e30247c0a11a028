import express, { type Request, type RequestHandler } from 'express';

/** Keeps the body as bytes: signatures are over them. Not inflated, whatever its Content-Type. */
export const collectRawBody: RequestHandler = express.raw({ type: () => true, limit: '1mb', inflate: false });

/** The bytes of the body; none where there was no body. */
export function toRawBody(request: Request): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** The body as JSON, undefined where it is none. */
export function toJsonBody(request: Request): unknown {
  try {
    return JSON.parse(toRawBody(request).toString('utf8'));
  } catch {
    return undefined;
  }
}
