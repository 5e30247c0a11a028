export * from './failed-job-sweeper.ts';
export * from './job-handler.ts';
export * from './judge-durability.ts';
export * from './new-job.ts';
export * from './producer.ts';
export * from './queue-keys.ts';
export * from './queue-reader.ts';
export * from './worker.ts';
