import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { testMongoUri } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import mongoose from 'mongoose';
import { endClient } from './end-client.ts';

type Client = InstanceType<typeof mongoose.mongo.MongoClient>;

const limitMs = 300;
const late = () => new Error('too late');

describe('ending a client of MongoDB’s driver', () => {
  /** A client that has something to say goodbye for, and the sockets that it opened. */
  async function withClient(test: (client: Client, sockets: ReadonlySet<Socket>) => Promise<void>) {
    const sockets = new Set<Socket>();
    const note = (message: unknown) => void sockets.add((message as { socket: Socket }).socket);
    subscribe('net.client.socket', note);
    const client = new mongoose.mongo.MongoClient(testMongoUri(), { directConnection: true });
    try {
      await client.connect();
      await client.db().collection('anything').findOne({});
      await test(client, sockets);
    } finally {
      unsubscribe('net.client.socket', note);
    }
  }

  /** Mocha's own begins in the turn in which a test returned its promise. */
  async function timers(): Promise<number> {
    await turn();
    return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  }

  it('leaves no timer, and takes no longer than the goodbye', async () => {
    const timersBefore = await timers();
    await withClient(async (client) => {
      await endClient(client, limitMs, late);
      expect(await timers()).to.equal(timersBefore);
    });
  });

  it('ends by itself one whose connections have just broken', async () => {
    const timersBefore = await timers();
    await withClient(async (client, sockets) => {
      for (const socket of sockets) socket.destroy();
      await endClient(client, limitMs, late);
      expect(await timers()).to.equal(timersBefore);
    });
  });

  it('takes the monitor from one whose goodbye never ends', async () => {
    const timersBefore = await timers();
    await withClient(async (client) => {
      client.close = () => new Promise(() => undefined);
      const failure = await endClient(client, limitMs, late).catch((error: unknown) => error);
      expect(failure).to.include({ message: 'too late' });
      expect(await timers()).to.equal(timersBefore);
    });
  });
});
