import { expect } from 'chai';
import { describe, it } from 'mocha';
import mongoose from 'mongoose';
import type { CallbackRecord } from './callback-store.ts';
import { inParallel, useStore } from './test-store.test.ts';

describe('CallbackStore', () => {
  const { store, uri } = useStore({ callbackRetentionMs: 60_000 });
  const { callbacks } = store;

  function callback(key: string, changes: Partial<CallbackRecord> = {}): CallbackRecord {
    return {
      key,
      mchId: '1900000001',
      notificationId: 'notification-1',
      eventType: 'TRANSACTION.SUCCESS',
      receivedAt: new Date('2026-11-22T10:00:00Z'),
      requestId: 'request-1',
      outTradeNo: 'order-1',
      outcome: 'paid',
      ...changes,
    };
  }

  it('keeps what came and what became of it', async () => {
    await callbacks.record(callback('key-1'));
    expect(await callbacks.find('key-1')).to.deep.equal({
      key: 'key-1',
      mchId: '1900000001',
      notificationId: 'notification-1',
      eventType: 'TRANSACTION.SUCCESS',
      outTradeNo: 'order-1',
      requestId: 'request-1',
      outcome: 'paid',
      firstAt: new Date('2026-11-22T10:00:00Z'),
      lastAt: new Date('2026-11-22T10:00:00Z'),
      times: 1,
    });
  });

  it('counts re-sends in one row, and their times in whatever order they are recorded', async () => {
    await callbacks.record(callback('key-2', { receivedAt: new Date('2026-11-22T10:00:15Z') }));
    await callbacks.record(callback('key-2', { outcome: 'already-paid', requestId: 'request-2' }));
    const entry = await callbacks.find('key-2');
    expect(entry).to.include({ times: 2, outcome: 'already-paid', requestId: 'request-2' });
    expect(entry?.firstAt).to.deep.equal(new Date('2026-11-22T10:00:00Z'));
    expect(entry?.lastAt).to.deep.equal(new Date('2026-11-22T10:00:15Z'));
  });

  it('counts each of 16 that are recorded at once', async () => {
    await inParallel(16, () => callbacks.record(callback('key-3')));
    expect((await callbacks.find('key-3'))?.times).to.equal(16);
  });

  it('lists what came about an order, oldest first', async () => {
    const about = { outTradeNo: 'order-listed' };
    await callbacks.record(callback('key-5', { ...about, receivedAt: new Date('2026-11-22T10:05:00Z') }));
    await callbacks.record(callback('key-4', { ...about, receivedAt: new Date('2026-11-22T10:04:00Z') }));
    const listed = await callbacks.listForOrder('1900000001', 'order-listed');
    expect(listed.map(({ key }) => key)).to.deep.equal(['key-4', 'key-5']);
    expect(await callbacks.listForOrder('1900000002', 'order-listed')).to.deep.equal([]);
  });

  it('keeps a callback about no order', async () => {
    await callbacks.record(callback('key-6', { outTradeNo: undefined }));
    expect(await callbacks.find('key-6')).not.to.have.property('outTradeNo');
    expect(await callbacks.find('key-none')).to.equal(undefined);
  });

  it('lets a row expire its time after the last arrival, not the last recorded one', async () => {
    await callbacks.record(callback('key-7', { receivedAt: new Date('2026-11-22T10:00:15Z') }));
    await callbacks.record(callback('key-7'));
    const connection = mongoose.createConnection(uri);
    try {
      await connection.asPromise();
      const row = await connection.collection<{ _id: string }>('callbacks').findOne({ _id: 'key-7' });
      expect(row).to.have.property('expiresAt').that.deep.equals(new Date('2026-11-22T10:01:15Z'));
    } finally {
      await connection.close();
    }
  });
});
