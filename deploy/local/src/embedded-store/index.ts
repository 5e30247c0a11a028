export { SUPPORTED } from './command-table.ts';
export * from './server.ts';
