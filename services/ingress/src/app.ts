import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type NextFunction, type Request, type Response } from 'express';
import { toMchIdOfPath } from './routes/wechat-pay-notification.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * What node:http calls. Callbacks go straight to their handler: Express alone would more than double the time
 * that one takes. Express serves everything else.
 */
export function createApp(wechatPayNotification: Handler): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.all('/callbacks/wechat-pay/:mchid', (_request, response) => {
    response
      .status(405)
      .set('allow', 'POST')
      .json({ code: 'FAIL', message: 'Notifications are sent by POST.' });
  });
  app.use((_request, response) => {
    response.status(404).json({ code: 'FAIL', message: 'There is no such address here.' });
  });
  app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    response.status(400).json({ code: 'FAIL', message: 'The request is malformed.' });
  });

  return (request, response) => {
    if (request.method === 'POST' && toMchIdOfPath(request) !== undefined) {
      void wechatPayNotification(request, response);
    } else {
      app(request, response);
    }
  };
}
