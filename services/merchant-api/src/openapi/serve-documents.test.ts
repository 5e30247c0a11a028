import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { after, before, describe, it } from 'mocha';
import { serveDocuments } from './serve-documents.ts';

describe('the documentation of a running service', () => {
  let server: Server;
  let address: string;
  before(async () => {
    const app = express();
    serveDocuments(app);
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is a page in which nothing can run, and the same as data, for whoever asks', async () => {
    const page = await fetch(`${address}/docs`);
    expect(page.status).to.equal(200);
    expect(page.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).to.match(/^default-src 'none'; style-src [^;]*$/);
    expect(await page.text()).to.contain('<section id="createOrder">');

    const data = await fetch(`${address}/openapi.json`);
    expect(data.headers.get('content-type')).to.equal('application/json; charset=utf-8');
    expect(await data.json()).to.have.nested.property('paths./v1/orders.post.operationId', 'createOrder');
  });
});
