import type { Endpoint } from '@huidiao/contracts';
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { tellAnswered } from './answered.ts';
import { callerOf } from './authenticate.ts';
import type { EndpointHandler, EndpointReply, EndpointRequest } from './endpoint-handler.ts';
import { type FieldError, sendProblem } from './problem.ts';
import { requestFactsOf } from './request-facts.ts';

/**
 * One operation as Express serves it, behind its authentication: the request is read by the endpoint's schemas, and
 * the handler's answer written. Answers are held against the endpoint by tests, not here.
 */
export function serveEndpoint<E extends Endpoint>(endpoint: E, handler: EndpointHandler<E>): RequestHandler {
  return async (req, res) => {
    const params = endpoint.params?.safeParse(req.params);
    if (params?.success === false && endpoint.unknownPath !== undefined) {
      sendProblem(res, { status: 404, code: endpoint.unknownPath });
      return;
    }
    const query = (endpoint.query ?? z.strictObject({})).safeParse(req.query);
    const body = endpoint.body?.safeParse(req.body);
    const errors = [params, query, body].flatMap((read) =>
      read === undefined || read.success ? [] : toFieldErrors(read.error),
    );
    if (errors.length > 0) {
      sendProblem(res, { status: 400, code: 'REQUEST_INVALID', errors });
      return;
    }

    const facts = requestFactsOf(res);
    const request = {
      params: params?.data,
      query: query.data,
      body: body?.data,
      caller: callerOf(res),
      remoteAddress: req.ip ?? '',
      facts,
    };
    send(res, await handler(request as unknown as EndpointRequest<E>), endpoint);
  };
}

function send<E extends Endpoint>(res: Response, reply: EndpointReply<E>, endpoint: E): void {
  if ('problem' in reply) {
    sendProblem(res, reply.problem);
    return;
  }
  if (reply.headers !== undefined) res.set(reply.headers);
  tellAnswered(res, { endpoint, ...reply });
  res.status(reply.status);
  if (reply.body === undefined) res.end();
  else res.json(reply.body);
}

/** `/v1/orders/{out_trade_no}` as Express writes it. */
export function toExpressPath(path: string): string {
  return path.replaceAll(/\{([a-z_]+)\}/g, ':$1');
}

/** Gives the request's metrics and log line the pattern of its path. */
export function named(endpoint: Endpoint): RequestHandler {
  return (_req: Request, res: Response, next) => {
    Object.assign(requestFactsOf(res), { endpoint, route: endpoint.path });
    next();
  };
}

/** One entry for each field; a field that the schema does not know is named itself. */
export function toFieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: [...path, key].join('.'), message: 'is not a field here' }));
    }
    return [{ field: path.length === 0 ? 'body' : path.join('.'), message: issue.message }];
  });
}
