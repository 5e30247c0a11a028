import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { createOwnAddress } from './own-address.ts';

describe('an address of a server that one process alone knows', () => {
  const taken: Socket[] = [];
  const server = createServer((socket) => void taken.push(socket.on('error', () => undefined)));
  let url: string;
  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}/3?family=4`;
  });
  after(async () => {
    for (const socket of taken) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  async function open(address: string): Promise<Socket> {
    const { hostname, port } = new URL(address);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    return socket;
  }

  it('leads to the server, and is else as it was', async () => {
    const own = createOwnAddress(url);
    const { hostname, pathname, search } = new URL(own.url);
    expect([hostname.endsWith('.invalid'), pathname, search]).to.deep.equal([true, '/3', '?family=4']);
    const socket = await open(own.url);
    expect(socket.remoteAddress).to.equal('127.0.0.1');
    await own.cut();
  });

  it('is cut without cutting anybody else, and refuses what comes later', async () => {
    const [own, others] = [createOwnAddress(url), createOwnAddress(url)];
    const [cut, kept] = [await open(own.url), await open(others.url)];
    const heard = once(cut, 'close');
    await own.cut();
    await heard;
    expect([cut.destroyed, kept.destroyed]).to.deep.equal([true, false]);
    const refused = await open(own.url).catch((error: NodeJS.ErrnoException) => error);
    expect(refused).to.include({ code: 'ECONNREFUSED' });
    await others.cut();
  });
});
