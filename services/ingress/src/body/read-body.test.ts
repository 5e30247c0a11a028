import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createBodyBudget, createBudgetPart } from './body-budget.ts';
import { type BodyOutcome, mostChunks, passBody, readBody } from './read-body.ts';

describe('readBody', () => {
  const limits = { maxBytes: 1_000, timeoutMs: 5_000 };
  let server: Server;
  let client: Socket;
  let seen: Promise<IncomingMessage>;

  beforeEach(async () => {
    server = createServer();
    seen = new Promise((resolve) => server.once('request', resolve));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => {});
  });

  afterEach(async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function send(head: string, body = ''): Promise<IncomingMessage> {
    client.write(`POST / HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n${body}`);
    return seen;
  }

  function textOf(outcome: BodyOutcome): string {
    return outcome.kind === 'read' ? outcome.body.toString() : outcome.kind;
  }

  it('gives the bytes as they came', async () => {
    const body = '{"a":"\\u4f60\\/ é"}';
    const request = await send(`Content-Length: ${Buffer.byteLength(body)}`, body);
    expect(textOf(await readBody(request, limits, createBodyBudget(10_000)))).to.equal(body);
  });

  it('gives an empty body as empty', async () => {
    const request = await send('Content-Length: 0');
    expect(textOf(await readBody(request, limits, createBodyBudget(10_000)))).to.equal('');
  });

  it('takes a body of exactly the limit', async () => {
    const request = await send('Content-Length: 1000', 'x'.repeat(1_000));
    expect(textOf(await readBody(request, limits, createBodyBudget(10_000)))).to.have.length(1_000);
  });

  it('refuses one byte over the limit by its declared length, without reading it', async () => {
    const request = await send('Content-Length: 1001');
    expect(await readBody(request, limits, createBodyBudget(10_000))).to.deep.equal({ kind: 'too-large' });
  });

  it('refuses one byte over the limit of a body without declared length', async () => {
    const request = await send('Transfer-Encoding: chunked', `3e9\r\n${'x'.repeat(1_001)}\r\n0\r\n\r\n`);
    expect(await readBody(request, limits, createBodyBudget(10_000))).to.deep.equal({ kind: 'too-large' });
  });

  it('gives up on a sender that stalls', async () => {
    const request = await send('Content-Length: 10', 'half');
    const budget = createBodyBudget(10_000);
    expect(await readBody(request, { ...limits, timeoutMs: 20 }, budget)).to.deep.equal({ kind: 'late' });
    expect(budget.inFlightBytes).to.equal(0);
  });

  it('says that the sender went away', async () => {
    const request = await send('Content-Length: 10', 'half');
    const outcome = readBody(request, limits, createBodyBudget(10_000));
    client.destroy();
    expect(await outcome).to.deep.equal({ kind: 'aborted' });
  });

  it('keeps within the memory budget of all bodies together, and gives back what it took', async () => {
    const budget = createBodyBudget(1_000);
    budget.take(700);
    const request = await send('Content-Length: 101', 'x'.repeat(101));
    expect(await readBody(request, limits, budget)).to.deep.equal({ kind: 'over-budget' });
    expect(budget.inFlightBytes).to.equal(700);
  });

  it('counts what small chunks cost beside their bytes', async () => {
    const budget = createBodyBudget(10_000);
    const request = await send('Transfer-Encoding: chunked', `${'1\r\nx\r\n'.repeat(100)}0\r\n\r\n`);
    expect(await readBody(request, limits, budget)).to.deep.equal({ kind: 'over-budget' });
    expect(budget.inFlightBytes).to.equal(0);
  });

  it('refuses a body in too many chunks, read or let by, however few bytes it has', async () => {
    const inChunks = (count: number) => `${'1\r\nx\r\n'.repeat(count)}0\r\n\r\n`;
    const budget = createBodyBudget(10_000_000);
    const wide = { ...limits, maxBytes: 1_500_000 };
    const request = await send('Transfer-Encoding: chunked', inChunks(mostChunks));
    expect(textOf(await readBody(request, wide, budget))).to.have.length(mostChunks);
    for (const receive of [readBody, passBody]) {
      const next = new Promise<IncomingMessage>((resolve) => server.once('request', resolve));
      const other = connect((server.address() as AddressInfo).port, '127.0.0.1');
      other.on('error', () => {});
      other.write(
        `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${inChunks(mostChunks + 1)}`,
      );
      expect(await receive(await next, wide, budget)).to.deep.equal({ kind: 'too-large' });
      other.destroy();
    }
  });

  it('takes what lay in the socket while the process was busy', async () => {
    const request = await send('Content-Length: 10', 'half');
    const outcome = readBody(request, { ...limits, timeoutMs: 50 }, createBodyBudget(10_000));
    client.write('second');
    await new Promise<void>((resolve) => client.write('', () => resolve()));
    for (const until = performance.now() + 100; performance.now() < until; );
    expect(textOf(await outcome)).to.equal('halfsecond');
  });

  it('holds the memory until it is released', async () => {
    const budget = createBodyBudget(1_000);
    const request = await send('Content-Length: 5', 'hello');
    const outcome = await readBody(request, limits, budget);
    expect(budget.inFlightBytes).to.be.within(5, 300);
    if (outcome.kind === 'read') outcome.release();
    expect(budget.inFlightBytes).to.equal(0);
  });

  it('notices that somebody else read the body before', async () => {
    const request = await send('Content-Length: 5', 'hello');
    for await (const _chunk of request);
    expect(await readBody(request, limits, createBodyBudget(10_000))).to.deep.equal({ kind: 'consumed' });
  });

  it('lets a body go by without keeping any of it', async () => {
    const budget = createBodyBudget(300);
    const request = await send('Content-Length: 10', 'half');
    const outcome = passBody(request, limits, budget);
    await new Promise((resolve) => request.once('data', resolve));
    expect(budget.inFlightBytes).to.equal(0);
    client.write('second');
    expect(await outcome).to.deep.equal({ kind: 'passed', bytes: 10 });
    expect(budget.inFlightBytes).to.equal(0);
  });

  it('lets a body go by within the limits of one that is read', async () => {
    const request = await send('Content-Length: 10', 'half');
    const none = createBodyBudget(0);
    const tooLarge = await passBody(request, { ...limits, maxBytes: 9 }, createBodyBudget(10_000));
    expect(tooLarge).to.deep.equal({ kind: 'too-large' });
    expect(await passBody(request, limits, none)).to.deep.equal({ kind: 'over-budget' });
  });

  it('gives up on a sender that stalls though none of its body is kept', async () => {
    const request = await send('Content-Length: 10', 'half');
    const outcome = passBody(request, { ...limits, timeoutMs: 20 }, createBodyBudget(10_000));
    expect(await outcome).to.deep.equal({ kind: 'late' });
  });

  it('keeps a part of the memory within itself and within the whole', () => {
    const whole = createBodyBudget(1_000);
    const part = createBudgetPart(whole, 500);
    expect([part.take(500), part.take(1), whole.take(500)]).to.deep.equal([true, false, true]);
    part.give(500);
    expect([part.inFlightBytes, whole.inFlightBytes]).to.deep.equal([0, 500]);
    expect([whole.take(400), part.take(200), part.inFlightBytes]).to.deep.equal([true, false, 0]);
  });
});
