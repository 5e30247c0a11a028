import express, { type ErrorRequestHandler, type Express } from 'express';
import type { Context } from './context.ts';
import { createControlRouter } from './routes/control.ts';
import { createMiniProgramRouter } from './routes/mini-program.ts';
import { createWechatPayRouter } from './routes/wechat-pay.ts';

/**
 * One port plays both hosts: api.mch.weixin.qq.com under /v3, api.weixin.qq.com under /cgi-bin, /sns and /wxa,
 * and what stands for the buyers under /simulator. `report` hears of the simulator's own faults.
 */
export function createApp(context: Context, report: (error: unknown) => void): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use('/v3', createWechatPayRouter(context));
  app.use(createMiniProgramRouter(context));
  app.use('/simulator', createControlRouter(context));
  app.use(
    (_, response) => void response.status(404).json({ code: 'NOT_FOUND', message: 'see GET /simulator' }),
  );

  const answerErrors: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
    const status = toClientStatus(error);
    if (status === undefined) report(error);
    response.status(status ?? 500).json({ code: status === undefined ? 'SYSTEM_ERROR' : 'INVALID_REQUEST' });
  };
  app.use(answerErrors);
  return app;
}

/** The status of an error that the body parsers raise about the request: too large, not JSON, cut off. */
function toClientStatus(error: unknown): number | undefined {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
