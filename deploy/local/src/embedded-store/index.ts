export { SUPPORTED_OPERATIONS } from './command-table.ts';
export * from './server.ts';
