import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useFakeMachines } from '../fake-programs.test.ts';
import { checkWorkspace } from './check-workspace.ts';

describe('checkWorkspace', () => {
  const createMachine = useFakeMachines();

  const write = (root: string, files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
  };

  it('finds nothing forbidden in this workspace', () => {
    expect(checkWorkspace(resolve(import.meta.dirname, '../../../..'))).to.deep.equal([]);
  });

  it('names file and line of what is forbidden, in every package of the workspace', () => {
    const { folder } = createMachine();
    write(folder, {
      'package.json': JSON.stringify({
        name: 'root',
        workspaces: ['shared/*', 'deploy/shop'],
        devDependencies: { chai: '1' },
      }),
      'shared/queue/package.json': JSON.stringify({
        name: '@huidiao/queue',
        dependencies: { bullmq: '6', '@huidiao/store': '1' },
      }),
      'shared/queue/src/a/deep.ts': `import { Queue } from 'bullmq';\nimport { z } from 'zod';\n`,
      'shared/queue/src/queue.test.ts': `import { expect } from 'chai';\nimport { Redis } from 'ioredis';\n`,
      'shared/queue/dist/old.js': `import 'mongoose';`,
      'shared/queue/node_modules/x/index.js': `import 'mongoose';`,
      'shared/notes.txt/readme': 'no package',
      'deploy/shop/package.json': JSON.stringify({ name: '@huidiao/example-shop' }),
      'deploy/shop/start.mjs': `import '@huidiao/queue';`,
    });
    expect(checkWorkspace(folder)).to.deep.equal([
      'shared/queue/package.json: @huidiao/queue may not depend on @huidiao/store',
      'shared/queue/src/a/deep.ts:2: zod is not in the package.json of @huidiao/queue',
      'shared/queue/src/queue.test.ts:2: ioredis is not in the package.json of @huidiao/queue',
      'deploy/shop/start.mjs:1: @huidiao/example-shop may not import @huidiao/queue',
    ]);
  });
});
