export * from './catalogue.ts';
export * from './endpoint.ts';
export * from './orders.ts';
export * from './problem.ts';
