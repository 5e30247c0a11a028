import { testMongoUri } from './servers.ts';

const suffix = '_conformance';

/** A database for the conformance suite: its name tells what the suite asks for from what the services do. */
export function testConformanceUri(): string {
  return testMongoUri().replace(/huidiao_test_\w+/, `$&${suffix}`);
}

/** Whether a database is one of those. */
export function isOfConformance(database: string): boolean {
  return database.endsWith(suffix);
}
