export * from './app-error.ts';
export * from './decide-retry.ts';
export * from './error-catalogue.ts';
