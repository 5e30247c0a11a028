import type { RequestListener } from 'node:http';
import express, { type NextFunction, type Request, type Response } from 'express';
import { type CallbackKind, toCallbackAddress } from './callback/callback-address.ts';
import type { CallbackHandler } from './callback/callback-handler.ts';

/** What takes in callbacks of each kind, by POST, and the address checks of the message push, by GET. */
export interface CallbackHandlers {
  readonly post: Readonly<Record<CallbackKind, CallbackHandler>>;
  readonly pushAddress: CallbackHandler;
}

/**
 * What node:http calls. Callbacks go straight to their handler: Express alone would more than double the time
 * that one takes. Express serves everything else.
 */
export function createApp({ post, pushAddress }: CallbackHandlers): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.all(['/callbacks/wechat-pay/:mchid', '/callbacks/wechat-pay-v2/:mchid'], (_request, response) => {
    refuse(response.set('allow', 'POST'), 405, 'Notifications are sent by POST.');
  });
  app.all('/callbacks/mini-program/:appid', (_request, response) => {
    refuse(response.set('allow', 'GET, POST'), 405, 'The message push comes by GET and POST.');
  });
  app.use((_request, response) => refuse(response, 404, 'There is no such address here.'));
  app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    refuse(response, 400, 'The request is malformed.');
  });

  return (request, response) => {
    const address = toCallbackAddress(request);
    if (address !== undefined && request.method === 'POST') void post[address.kind](request, response);
    else if (address?.kind === 'push' && request.method === 'GET') void pushAddress(request, response);
    else app(request, response);
  };
}

function refuse(response: Response, status: number, message: string): void {
  response.status(status).json({ code: 'FAIL', message });
}
