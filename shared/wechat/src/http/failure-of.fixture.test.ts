import { AppError } from '@huidiao/errors';
import { expect } from 'chai';

/** The AppError that a call of WeChat ends in; fails the test where it succeeds or throws anything else. */
export async function failureOf(call: () => Promise<unknown>): Promise<AppError> {
  const failed = await call().then(
    () => expect.fail('it succeeded'),
    (error) => error,
  );
  expect(failed).to.be.instanceOf(AppError);
  return failed;
}
