import { EMBEDDED_STORE_NOTICE, startEmbeddedStore } from './server.ts';

const { EMBEDDED_STORE_FOLDER: folder, EMBEDDED_STORE_RECORD_FILE: recordFile, PORT = '0' } = process.env;
if (!folder || !/^\d{1,5}$/.test(PORT)) throw new Error('Set EMBEDDED_STORE_FOLDER, and PORT to a number');

console.log(EMBEDDED_STORE_NOTICE);
const store = await startEmbeddedStore({ folder, port: Number(PORT), recordFile: recordFile || undefined });

for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const)
  process.once(signal, () => void store.close().finally(() => process.exit()));

console.log(`embedded store: ${store.uri}, data in ${folder}`);
process.send?.({ type: 'ready', service: 'embedded-store', port: store.port });
