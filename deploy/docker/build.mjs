// Builds the packages that run, and gathers in out/ what of them goes into the image: manifests and dist.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const parents = ['shared', 'services', 'deploy', 'deploy/examples'];
const packages = parents
  .flatMap((parent) => readdirSync(parent).map((name) => join(parent, name)))
  .filter((folder) => existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'tsconfig.json')));

const isForTests = (folder) => ['shared/testing', join('deploy/examples', 'mini-program')].includes(folder);
const running = packages.filter((folder) => !isForTests(folder));
const build = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', ...running], {
  stdio: 'inherit',
});
if (build.status !== 0) process.exit(build.status ?? 1);

for (const file of ['package.json', 'LICENSE', 'deploy/local/run-built.mjs']) cpSync(file, join('out', file));
for (const folder of running) {
  for (const part of ['package.json', 'dist'])
    cpSync(join(folder, part), join('out', folder, part), { recursive: true });
}
