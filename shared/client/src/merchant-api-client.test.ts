import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { createMerchantApiClient, MerchantApiProblem, MerchantApiUnreachable } from './index.ts';

describe('the client of merchant-api', () => {
  let server: Server;
  let baseUrl: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const seen: { line: string; headers: IncomingMessage['headers']; body: string }[] = [];
  before(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      seen.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const client = () => createMerchantApiClient({ baseUrl, token: 'hdk_test', timeoutMs: 300 });
  const read = () => client().readOrder({ params: { out_trade_no: 'a|b*_-' } });
  const failed = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );
  const writes = (status: number, body: unknown, headers: Record<string, string> = {}) => {
    answer = (_request, response) => response.writeHead(status, headers).end(JSON.stringify(body));
  };

  it('writes the path, the body and the token, and gives the status and body of the answer', async () => {
    writes(201, { order: {} });
    const order = {
      appid: 'wx8888888888888888',
      out_trade_no: 'order-0001',
      description: '茶',
      amount: { total: 1 },
      payer: { openid: 'o1' },
      logistics_type: 3,
    } as const;
    expect(await client().createOrder({ body: order })).to.deep.equal({ status: 201, body: { order: {} } });
    expect(seen.at(-1)).to.deep.include({ line: 'POST /v1/orders', body: JSON.stringify(order) });
    expect(seen.at(-1)?.headers).to.include({
      authorization: 'Bearer hdk_test',
      'content-type': 'application/json',
    });

    writes(200, {});
    await read();
    expect(seen.at(-1)).to.deep.include({ line: 'GET /v1/orders/a%7Cb*_-', body: '' });
  });

  it('throws what a problem document says: code, fields, and when to come back', async () => {
    const problem = {
      type: 'urn:x',
      title: 'No such order.',
      status: 404,
      code: 'ORDER_NOT_FOUND',
      request_id: 'r1',
    };
    writes(404, problem);
    const error = await failed(read());
    expect(error).to.be.instanceOf(MerchantApiProblem);
    expect(error).to.include({ status: 404, code: 'ORDER_NOT_FOUND', retryAfterSeconds: undefined });

    const errors = [{ field: 'amount.total', message: 'must be whole' }];
    writes(503, { ...problem, status: 503, code: 'STORE_UNAVAILABLE', errors }, { 'retry-after': '2' });
    const later = await failed(read());
    expect(later).to.include({ code: 'STORE_UNAVAILABLE', retryAfterSeconds: 2 });
    expect(String(later)).to.contain('amount.total must be whole');
  });

  it('does not take the page of something in between for an answer', async () => {
    answer = (_request, response) => response.writeHead(200).end('<html>');
    expect(await failed(read()))
      .to.be.instanceOf(MerchantApiUnreachable)
      .and.include({ status: 200 });
    answer = (_request, response) => response.writeHead(502).end('<html>');
    expect(await failed(read()))
      .to.be.instanceOf(MerchantApiUnreachable)
      .and.include({ status: 502 });
    answer = (_request, response) => response.writeHead(302, { location: `${baseUrl}/elsewhere` }).end();
    expect(await failed(read()), 'a redirect would carry the key elsewhere').to.be.instanceOf(
      MerchantApiUnreachable,
    );
  });

  it('waits for an answer as long as it is told to, and says that there was none', async () => {
    answer = () => undefined;
    expect(await failed(read()))
      .to.be.instanceOf(MerchantApiUnreachable)
      .and.include({ status: undefined });
    const nobody = createMerchantApiClient({ baseUrl: 'http://127.0.0.1:1' });
    expect(await failed(nobody.readOrder({ params: { out_trade_no: 'order-0001' } }))).to.be.instanceOf(
      MerchantApiUnreachable,
    );
  });
});
