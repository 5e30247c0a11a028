export { testConformanceUri } from './conformance-uri.ts';
export * from './node-program.ts';
export type { Scenario as DrainingScenario } from './programs/draining-process.ts';
export * from './rsa-keys.ts';
export * from './self-signed-certificate.ts';
export * from './servers.ts';
export * from './tcp-proxy.ts';
export { plainApp, plainMerchant } from './test-merchant.ts';
export * from './wait-for.ts';
