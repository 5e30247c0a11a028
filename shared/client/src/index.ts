export * from './merchant-api-client.ts';
export * from './merchant-api-problem.ts';
