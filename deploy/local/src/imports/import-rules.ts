/** Packages that a package of ours may import; `tests` are its *.test.ts files, which may import these too. */
interface PackageRule {
  readonly may: readonly string[];
}

const foundation = ['@huidiao/contracts', '@huidiao/errors', '@huidiao/runtime'] as const;
const shared = [
  ...foundation,
  '@huidiao/wechat',
  '@huidiao/queue',
  '@huidiao/store',
  '@huidiao/client',
] as const;
const service: PackageRule = { may: shared };

/** Which package may import which of ours. Services meet in a queue's name and a schema, never in an import. */
export const packageRules: Readonly<Record<string, PackageRule>> = {
  '@huidiao/contracts': { may: [] },
  '@huidiao/errors': { may: [] },
  '@huidiao/runtime': { may: ['@huidiao/contracts', '@huidiao/errors'] },
  '@huidiao/wechat': { may: foundation },
  '@huidiao/queue': { may: foundation },
  '@huidiao/store': { may: foundation },
  '@huidiao/client': { may: ['@huidiao/contracts'] },
  '@huidiao/ingress': service,
  '@huidiao/merchant-api': service,
  '@huidiao/order-worker': service,
  '@huidiao/message-worker': service,
  '@huidiao/reconciler': service,
  '@huidiao/console': service,
  // It must not share the code that it is there to test.
  '@huidiao/wechat-simulator': { may: foundation },
  '@huidiao/local': { may: ['@huidiao/runtime'] },
  '@huidiao/chaos': { may: ['@huidiao/local'] },
  '@huidiao/example-shop': { may: [] },
  '@huidiao/example-mini-program': { may: [] },
};

/** The package of the tests' own means: it may import everything, and only tests may import it. */
export const testingPackage = '@huidiao/testing';

/** What any test may import besides what its package may: the other side of its wires. */
export const testsMay: readonly string[] = [
  testingPackage,
  ...shared,
  '@huidiao/wechat-simulator',
  '@huidiao/example-shop',
  '@huidiao/example-mini-program',
];

/** Libraries that only these packages may import. */
export const confinedLibraries: Readonly<Record<string, readonly string[]>> = {
  bullmq: ['@huidiao/queue'],
  mongoose: ['@huidiao/store'],
  mongodb: [],
  ioredis: ['@huidiao/runtime', '@huidiao/wechat', '@huidiao/queue', testingPackage],
  bson: ['@huidiao/local'],
  mingo: ['@huidiao/local'],
};

/** Libraries whose confinement is for production code: tests may look with them at what was written. */
export const librariesOfTests: readonly string[] = ['mongoose', 'mongodb', 'ioredis', 'bson'];
