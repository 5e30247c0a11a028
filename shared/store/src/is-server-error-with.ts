import mongoose from 'mongoose';

/** Whether the server refused an operation with one of these codes. */
export function isServerErrorWith(error: unknown, codes: readonly number[]): boolean {
  return error instanceof mongoose.mongo.MongoServerError && codes.includes(Number(error.code));
}
