import { runCommand } from './run-command.ts';

/** `node shared/store/dist/migrate-command.js` with MONGODB_URI set: makes every index that is missing. */
await runCommand('migrate', async (store) => {
  const indexes = await store.migrate();
  await store.assertMigrated();
  return ['MongoDB is ready. Indexes:', ...indexes.map((index) => `  ${index}`)].join('\n');
});
