import { parseArgs } from 'node:util';
import { mchId as mchIdSchema } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { runCommand } from './run-command.ts';

/**
 * `node shared/store/dist/create-api-key-command.js --mchid 1900000001 --label shop` with MONGODB_URI set:
 * makes an API key and prints it. It is stored as a hash only, so this is the one time that it can be seen.
 */
await runCommand('create-api-key', async (store) => {
  const { values } = parseArgs({ options: { mchid: { type: 'string' }, label: { type: 'string' } } });
  const mchId = mchIdSchema.safeParse(values.mchid);
  if (!mchId.success || values.label === undefined) {
    throw new AppError('CONFIG_INVALID', { message: 'Needs --mchid <digits> and --label <text>.' });
  }
  const { key } = await store.apiKeys.create({ mchId: mchId.data, label: values.label });
  return key;
});
