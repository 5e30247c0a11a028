import { AppError, toAppError } from '@huidiao/errors';
import mongoose from 'mongoose';

/**
 * Server error codes after which the same operation may well succeed later, and which say nothing about its
 * content: no primary, shutting down, interrupted, out of time, write concern not reached, credentials refused.
 * https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
 */
const unavailableCodes: ReadonlySet<number> = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  13, // Unauthorized: a rotated password is the installation's fault, not the job's
  18, // AuthenticationFailed
  24, // LockTimeout
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  89, // NetworkTimeout
  91, // ShutdownInProgress
  100, // UnsatisfiableWriteConcern
  112, // WriteConflict
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  175, // QueryPlanKilled
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  234, // RetryChangeStream
  262, // ExceededTimeLimit
  317, // ConnectionPoolExpired
  365, // TemporarilyUnavailable
  462, // IngressRequestRateLimitExceeded
  9001, // SocketException
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
  14031, // OutOfDiskSpace
]);

const unavailableLabels = ['RetryableWriteError', 'TransientTransactionError', 'SystemOverloadedError'];

/**
 * Driver errors that are about the way to the server, by class name: the driver does not export all of them
 * (`WaitQueueTimeoutError`, `PoolClosedError`). https://github.com/mongodb/node-mongodb-native/blob/main/src/cmap/errors.ts
 */
const unavailableNames: ReadonlySet<string> = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoServerClosedError',
  'MongoClientClosedError',
  'MongoExpiredSessionError',
  'MongoOperationTimeoutError',
  'MongoStalePrimaryError',
  'MongoUnexpectedServerResponseError',
  'MongoWriteConcernError',
]);

/** What a socket says that breaks while the driver writes to it: some of these it throws as they are. */
const unavailableSocketCodes: ReadonlySet<string> = new Set([
  'EPIPE',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);

/**
 * What an operation of the store throws: an AppError as it is, `STORE_UNAVAILABLE` for everything that is the
 * fault of MongoDB or the way to it (a write may then have happened nevertheless), anything else
 * `INTERNAL_ERROR`. The driver's error is the cause.
 */
export function toStoreError(error: unknown, operation: string): AppError {
  if (error instanceof AppError) return error;
  if (!isUnavailable(error)) return toAppError(error);
  const { name } = error;
  const code = error instanceof mongoose.mongo.MongoError ? error.code : undefined;
  return new AppError('STORE_UNAVAILABLE', { cause: error, details: { operation, reason: name, code } });
}

function isUnavailable(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (unavailableNames.has(error.name) || error instanceof mongoose.mongo.MongoNetworkError) return true;
  if ('code' in error && unavailableSocketCodes.has(String(error.code))) return true;
  if (!(error instanceof mongoose.mongo.MongoError)) return false;
  return (
    unavailableCodes.has(Number(error.code)) || unavailableLabels.some((label) => error.hasErrorLabel(label))
  );
}
