import { expect } from 'chai';
import { describe, it } from 'mocha';
import mongoose from 'mongoose';
import { isDuplicateKey, retryUpsert } from './is-duplicate-key.ts';

function duplicate(keyPattern?: object, code = 11_000): Error {
  return new mongoose.mongo.MongoServerError({ message: 'E11000', code, keyPattern });
}

describe('isDuplicateKey', () => {
  it('recognises the index by its fields in order, without keyValue', () => {
    expect(isDuplicateKey(duplicate({ mchId: 1, transactionId: 1 }), ['mchId', 'transactionId'])).to.equal(
      true,
    );
    expect(isDuplicateKey(duplicate({ _id: 1 }), ['_id'])).to.equal(true);
  });

  it('takes no other error for it', () => {
    const others = [
      duplicate({ _id: 1 }),
      duplicate({ transactionId: 1, mchId: 1 }),
      duplicate({ mchId: 1 }),
      duplicate(undefined),
      duplicate({ mchId: 1, transactionId: 1 }, 11_001),
      Object.assign(new Error('E11000'), { code: 11_000, keyPattern: { mchId: 1, transactionId: 1 } }),
      undefined,
    ];
    for (const other of others) expect(isDuplicateKey(other, ['mchId', 'transactionId'])).to.equal(false);
  });
});

describe('retryUpsert', () => {
  it('tries again once after losing the insertion to another, and not after anything else', async () => {
    const outcomes = async (...errors: Error[]) => {
      let tries = 0;
      const work = retryUpsert(async () => {
        tries += 1;
        const error = errors[tries - 1];
        if (error !== undefined) throw error;
        return 'done';
      });
      return [await work.catch(() => 'failed'), tries];
    };
    expect(await outcomes()).to.deep.equal(['done', 1]);
    expect(await outcomes(duplicate({ _id: 1 }))).to.deep.equal(['done', 2]);
    expect(await outcomes(duplicate({ _id: 1 }), duplicate({ _id: 1 }))).to.deep.equal(['failed', 2]);
    expect(await outcomes(duplicate({ other: 1 }))).to.deep.equal(['failed', 1]);
  });
});
