import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { rsaKeysOf, toSelfSignedCertificate } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { probeAddress } from './probe-address.ts';

describe('a look at the address that WeChat Pay is to call', () => {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }
  const probe = async (answer: RequestListener) =>
    await probeAddress(
      `http://127.0.0.1:${await listen(createServer(answer))}/callbacks/wechat-pay/1900000001`,
    );

  it('knows an ingress by its refusal of what is not signed', async () => {
    const found = await probe((request, response) => {
      const isCallback = request.method === 'POST' && request.url === '/callbacks/wechat-pay/1900000001';
      response.writeHead(isCallback ? 401 : 404).end('{"code":"FAIL","message":"refused"}');
    });
    expect(found).to.deep.equal({ kind: 'ingress' });
  });

  const others: [what: string, answer: RequestListener, says: RegExp][] = [
    [
      'a redirect, which WeChat Pay does not follow',
      (_, response) => response.writeHead(301, { location: 'https://www.example.com/' }).end(),
      /redirects \(301\) to https:\/\/www.example.com\//,
    ],
    ['a page of somebody else', (_, response) => response.writeHead(404).end('Not Found'), /answers 404/],
    ['a login', (_, response) => response.writeHead(401).end('<form>'), /answers 401/],
    [
      'something that accepts what nobody signed',
      (_, response) => response.writeHead(200).end('{"code":"SUCCESS"}'),
      /answers 200/,
    ],
    [
      'an ingress without a store',
      (_, response) => response.writeHead(503).end('{"code":"FAIL"}'),
      /\/readyz/,
    ],
  ];
  for (const [what, answer, says] of others) {
    it(`tells ${what} from an ingress`, async () => {
      const found = await probe(answer);
      expect(found.kind === 'other' && found.problem).to.match(says);
    });
  }

  it('says that nothing listens', async () => {
    const port = await listen(createServer());
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const found = await probeAddress(`http://127.0.0.1:${port}/`);
    expect(found.kind === 'other' && found.problem).to.equal('nothing listens there');
  });

  it('says what is wrong with a certificate', async () => {
    const keys = rsaKeysOf('merchant');
    const key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' });
    const cert = toSelfSignedCertificate(keys, { commonName: 'localhost', serial: '01' });
    const port = await listen(createTlsServer({ key, cert }, (_, response) => response.end()));
    const found = await probeAddress(`https://127.0.0.1:${port}/`);
    expect(found.kind === 'other' && found.problem).to.match(/TLS certificate is signed by itself/);
  });
});
