export * from './embedded-store/index.ts';
export type { FoundServer, ServerSearch } from './found-server.ts';
export { findMongo } from './mongo/find-mongo.ts';
export { isRunning } from './processes/former-process.ts';
export { findRedis } from './redis/find-redis.ts';
