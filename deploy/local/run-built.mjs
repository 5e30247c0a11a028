// The commands of an installation, such as `npm run doctor`: runs a file of the build in this process, or says how to
// come by one. Like bootstrap.mjs, only node's own modules: on a fresh clone there are no others.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const cloneFolder = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const [file = '', ...args] = process.argv.slice(2);
const entry = join(cloneFolder, file);

if (!existsSync(entry) || !existsSync(join(cloneFolder, 'node_modules'))) {
  console.error(`Nothing is installed and built in ${cloneFolder} yet, and this command runs what is. Run there:

  npm ci && npm run build

and then this again. (npm start does both by itself.)`);
  process.exit(1);
}
process.argv = [process.execPath, entry, ...args];
await import(pathToFileURL(entry).href);
