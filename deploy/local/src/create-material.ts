import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openMaterial } from './installation/material.ts';
import { createTlsCertificate } from './installation/tls-certificate.ts';

/*
 * The command `node deploy/local/dist/create-material.js FOLDER --shop URL --tls-host NAME…`: the keys, secrets and
 * files of an installation that is for looking at, where the parts run in containers. What is there already stays.
 */

const usage = 'usage: create-material FOLDER --shop URL [--tls-host NAME]…';

try {
  const { folder, shop, tlsHosts } = readArguments(process.argv.slice(2));
  const material = openMaterial(folder);
  material.writeMerchantsFile(shop);
  // The buyer, who is another container, tells the simulator to pay.
  material.writeSimulatorFile({ allowRemoteControl: true });
  if (tlsHosts.length > 0) writeTlsFiles(material.folder, tlsHosts);
  console.log(`keys, secrets and files of merchant ${material.ids.mchId} are in ${material.folder}`);
} catch (error) {
  console.error(`create-material: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function readArguments(args: string[]): { folder: string; shop: string; tlsHosts: string[] } {
  const { values, positionals } = parse(args);
  const [folder, ...rest] = positionals;
  const { shop, 'tls-host': tlsHosts = [] } = values;
  if (folder === undefined || rest.length > 0 || shop === undefined) throw new Error(usage);
  if (!URL.canParse(shop)) throw new Error(`--shop ${shop} is not a URL\n${usage}`);
  return { folder, shop, tlsHosts };
}

function parse(args: string[]) {
  const options = { shop: { type: 'string' }, 'tls-host': { type: 'string', multiple: true } } as const;
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

/** For the proxy certificate and key in one file, for who calls it the certificate alone. */
function writeTlsFiles(folder: string, hosts: readonly string[]): void {
  // A proxy that runs goes on with the one that it has read.
  if (existsSync(join(folder, 'tls.pem'))) return;
  const { certificate, key } = createTlsCertificate(hosts);
  writeFileSync(join(folder, 'tls.crt'), certificate, { mode: 0o600 });
  writeFileSync(join(folder, 'tls.pem'), `${certificate}${key}`, { mode: 0o600 });
}
