/*
 * The command `npm run create-api-key -- --merchant MCHID [--label TEXT]`: the same as `npm run api-keys -- create`.
 * Only the key is on stdout, so that a script can take it from there; everything for people is on stderr.
 */
process.argv.splice(2, 0, 'create');
await import('./api-keys/main.ts');

export {};
