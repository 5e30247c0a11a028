import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import mongoose from 'mongoose';
import { toStoreError } from './to-store-error.ts';

const { mongo } = mongoose;
const serverError = (code: number, more = {}) => new mongo.MongoServerError({ message: 'no', code, ...more });
/** An error of a class whose constructor the driver keeps to itself. */
const named = (name: string) => Object.assign(new Error('no'), { name });

const unavailable: Record<string, Error> = {
  'a lost connection': new mongo.MongoNetworkError('connection 1 to host:27017 closed'),
  'an answer that does not come': new mongo.MongoNetworkTimeoutError('timed out'),
  'no server to be found': named('MongoServerSelectionError'),
  'mongoose finding no server': new mongoose.Error.MongooseServerSelectionError('none'),
  'a closed topology': new mongo.MongoTopologyClosedError(),
  'a client that is not connected': new mongo.MongoNotConnectedError('not connected'),
  'a write concern that is not reached in time': new mongo.MongoWriteConcernError({
    ok: 1,
    writeConcernError: { code: 64, errmsg: 'waiting for replication timed out', errInfo: { wtimeout: true } },
  }),
  'not the primary': serverError(10_107),
  'stepping down': serverError(189),
  'shutting down': serverError(91),
  'out of time': serverError(50),
  'refused credentials': serverError(18),
  'a full disk': serverError(14_031),
  'an error that the server labels as retryable': serverError(1, { errorLabels: ['RetryableWriteError'] }),
  'an overloaded server': serverError(1, { errorLabels: ['SystemOverloadedError'] }),
  'a socket that breaks under a write': Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }),
  'no free connection in time': named('MongoWaitQueueTimeoutError'),
};

describe('toStoreError', () => {
  for (const [what, error] of Object.entries(unavailable)) {
    it(`calls ${what} STORE_UNAVAILABLE, which uses up no attempt`, () => {
      const mapped = toStoreError(error, 'orders.find');
      expect(mapped).to.include({ code: 'STORE_UNAVAILABLE', kind: 'throttled', cause: error });
      expect(mapped.details).to.include({ operation: 'orders.find', reason: error.name });
    });
  }

  it('gives an AppError back as it is', () => {
    const error = new AppError('ORDER_PAID_TWICE');
    expect(toStoreError(error, 'orders.pay')).to.equal(error);
  });

  it('calls a fault of ours INTERNAL_ERROR: it would never go away by waiting', () => {
    for (const error of [
      serverError(2),
      serverError(11_000),
      new TypeError('no'),
      new mongoose.Error('no'),
      'no',
    ]) {
      expect(toStoreError(error, 'orders.find').code).to.equal('INTERNAL_ERROR');
    }
  });
});
