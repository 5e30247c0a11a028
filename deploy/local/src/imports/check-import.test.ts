import { expect } from 'chai';
import { describe, it } from 'mocha';
import { checkImport } from './check-import.ts';
import { findImports } from './find-imports.ts';

/** The problem of the one import in a source text of this package. */
const problemOf = (packageName: string, source: string, file = 'src/some-file.ts'): string | undefined => {
  const [found, ...more] = findImports(source);
  expect(more).to.deep.equal([]);
  if (!found) return undefined;
  // Everything is declared, so that only the table decides.
  const declared = { has: () => true } as unknown as ReadonlySet<string>;
  const importer = { package: packageName, packageFolder: '/w/p', file: `/w/p/${file}`, declared };
  return checkImport(importer, found.specifier);
};

describe('checkImport', () => {
  const forbidden: [packageName: string, source: string, problem: RegExp, file?: string][] = [
    ['@huidiao/contracts', `import { AppError } from '@huidiao/errors';`, /may not import @huidiao\/errors/],
    ['@huidiao/errors', `import type { JobName } from '@huidiao/contracts';`, /may not import/],
    ['@huidiao/runtime', `export * from '@huidiao/wechat';`, /may not import @huidiao\/wechat/],
    [
      '@huidiao/wechat',
      `const { createStore } = await import('@huidiao/store');`,
      /may not import @huidiao\/store/,
    ],
    ['@huidiao/queue', `type Order = import('@huidiao/store').Order;`, /may not import @huidiao\/store/],
    ['@huidiao/store', `import '@huidiao/queue';`, /may not import @huidiao\/queue/],
    ['@huidiao/client', `import { createLogger } from '@huidiao/runtime';`, /may not import/],
    [
      '@huidiao/ingress',
      `import { start } from '@huidiao/order-worker';`,
      /may not import @huidiao\/order-worker/,
    ],
    [
      '@huidiao/order-worker',
      `import { start } from '@huidiao/ingress';`,
      /may not import @huidiao\/ingress/,
    ],
    ['@huidiao/reconciler', `import { findRedis } from '@huidiao/local';`, /may not import @huidiao\/local/],
    ['@huidiao/message-worker', `import x from '@huidiao/wechat-simulator';`, /may not import/],
    [
      '@huidiao/wechat-simulator',
      `import { sign } from '@huidiao/wechat';`,
      /may not import @huidiao\/wechat/,
    ],
    ['@huidiao/wechat-simulator', `import { add } from '@huidiao/queue';`, /may not import @huidiao\/queue/],
    ['@huidiao/local', `import { start } from '@huidiao/ingress';`, /may not import @huidiao\/ingress/],
    ['@huidiao/local', `import { merchantsFile } from '@huidiao/contracts';`, /may not import/],
    ['@huidiao/example-shop', `import { shopWebhook } from '@huidiao/contracts';`, /may not import/],
    ['@huidiao/newcomer', `import { z } from '@huidiao/contracts';`, /has no entry in the table/],

    ['@huidiao/ingress', `import { Queue } from 'bullmq';`, /bullmq may only be imported by @huidiao\/queue/],
    ['@huidiao/testing', `import { Queue } from 'bullmq';`, /bullmq may only/],
    ['@huidiao/ingress', `import { Queue } from 'bullmq';`, /bullmq may only/, 'src/some.test.ts'],
    [
      '@huidiao/queue',
      `import mongoose from 'mongoose';`,
      /mongoose may only be imported by @huidiao\/store/,
    ],
    ['@huidiao/store', `import { MongoClient } from 'mongodb';`, /mongodb may only be imported by nobody/],
    ['@huidiao/order-worker', `import { Redis } from 'ioredis';`, /ioredis may only/],
    ['@huidiao/store', `import { ObjectId } from 'bson';`, /bson may only/],
    ['@huidiao/queue', `import type { Types } from 'mongoose/types';`, /mongoose may only/],

    ['@huidiao/queue', `import { waitFor } from '@huidiao/testing';`, /for \*\.test\.ts only/],
    [
      '@huidiao/runtime',
      `import { jobCatalogue } from '@huidiao/contracts/src/job-catalogue.ts';`,
      /reaches into/,
    ],
    ['@huidiao/runtime', `import { x } from '../../contracts/src/index.ts';`, /leaves the package/],
    [
      '@huidiao/runtime',
      `import { x } from '../../contracts/src/index.ts';`,
      /leaves the package/,
      'src/x.test.ts',
    ],
    ['@huidiao/queue', `import { createProducer } from '@huidiao/queue';`, /imports itself/],
    ['@huidiao/ingress', `import { start } from '@huidiao/order-worker';`, /may not import/, 'src/x.test.ts'],
    ['@huidiao/queue', `import { join } from 'path';`, /written node:path/],
  ];
  for (const [packageName, source, problem, file] of forbidden) {
    it(`catches in ${file ?? 'a file'} of ${packageName}: ${source}`, () => {
      expect(problemOf(packageName, source, file)).to.match(problem);
    });
  }

  const allowed: [packageName: string, source: string, file?: string][] = [
    ['@huidiao/runtime', `import { AppError } from '@huidiao/errors';`],
    ['@huidiao/queue', `import { Queue } from 'bullmq';`],
    ['@huidiao/store', `import mongoose from 'mongoose';`],
    ['@huidiao/wechat', `import { Redis } from 'ioredis';`],
    ['@huidiao/ingress', `import { createProducer } from '@huidiao/queue';`],
    ['@huidiao/local', `import { createRedis } from '@huidiao/runtime';`],
    ['@huidiao/local', `import { serialize } from 'bson';`],
    ['@huidiao/testing', `import { start } from '@huidiao/order-worker';`],
    ['@huidiao/order-worker', `import { waitFor } from '@huidiao/testing';`, 'src/jobs/x.test.ts'],
    ['@huidiao/order-worker', `import { createShop } from '@huidiao/example-shop';`, 'src/jobs/x.test.ts'],
    ['@huidiao/ingress', `import { Redis } from 'ioredis';`, 'src/x.test.ts'],
    ['@huidiao/ingress', `import { join } from 'node:path';`],
    ['@huidiao/ingress', `import { x } from '../config.ts';`, 'src/routes/x.ts'],
    ['@huidiao/local', `import { isInstalled } from '../bootstrap.mjs';`],
  ];
  for (const [packageName, source, file] of allowed) {
    it(`allows in ${file ?? 'a file'} of ${packageName}: ${source}`, () => {
      expect(problemOf(packageName, source, file)).to.equal(undefined);
    });
  }

  it('catches what the package.json does not declare', () => {
    const importer = {
      package: '@huidiao/ingress',
      packageFolder: '/w/p',
      file: '/w/p/src/x.ts',
      declared: new Set(['express']),
    };
    expect(checkImport(importer, 'express/lib/router')).to.equal(undefined);
    expect(checkImport(importer, 'zod')).to.include('zod is not in the package.json');
    expect(checkImport(importer, '@huidiao/runtime')).to.include('is not in the package.json');
  });
});
