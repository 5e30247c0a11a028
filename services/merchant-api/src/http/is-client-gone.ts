import type { Request } from 'express';

/** Whether the client went away in the middle of its request. Its end may be read a moment before the request is destroyed. */
export function isClientGone(req: Request): boolean {
  return !req.complete && (req.destroyed || !req.socket.readable);
}
