export * from './embedded-store/index.ts';
export type { FoundServer, ServerSearch } from './found-server.ts';
export { findMongo } from './mongo/find-mongo.ts';
export { findProgram } from './processes/find-program.ts';
export { isRunning } from './processes/former-process.ts';
export { findRedis, findRedisProgram } from './redis/find-redis.ts';
