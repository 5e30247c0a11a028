import { expect } from 'chai';
import { describe, it } from 'mocha';
import { AppError, toAppError } from './app-error.ts';
import { errorCatalogue } from './error-catalogue.ts';

describe('AppError', () => {
  it("takes kind and message from its code's entry unless told otherwise", () => {
    const usual = new AppError('QUEUE_UNAVAILABLE');
    expect(usual).to.include({ kind: 'throttled', message: errorCatalogue.QUEUE_UNAVAILABLE.meaning });
    const other = new AppError('QUEUE_UNAVAILABLE', { kind: 'transient', message: 'gone' });
    expect(other).to.include({ kind: 'transient', message: 'gone', name: 'AppError' });
  });
});

describe('toAppError', () => {
  it('gives an AppError back as it is', () => {
    const error = new AppError('SHOP_REFUSED');
    expect(toAppError(error)).to.equal(error);
  });

  const strangers: readonly unknown[] = [
    new TypeError('odd'),
    'text',
    undefined,
    null,
    { code: 'SHOP_REFUSED' },
  ];
  for (const stranger of strangers) {
    it(`turns ${String(stranger)} into INTERNAL_ERROR and keeps it as the cause`, () => {
      const error = toAppError(stranger);
      expect(error).to.include({ code: 'INTERNAL_ERROR', kind: 'transient' });
      expect(error.cause).to.equal(stranger);
    });
  }
});
