import type { MerchantDirectory } from '@huidiao/contracts';
import type { Logger } from './logger.ts';
import {
  type LiveDirectory,
  type ReloadReport,
  toLiveDirectory,
} from './merchant-directory/live-directory.ts';
import type { Metrics } from './metrics.ts';

/** What a process that can reload its merchants file needs for it. */
export interface Reloadable {
  readonly logger: Logger;
  readonly metrics?: Metrics;
  readonly config?: { readonly directory?: MerchantDirectory };
}

/** What SIGHUP does in a service: reads its merchants file again, or says that there is none. */
export function createHangUpHandler({ logger, metrics, config }: Reloadable): () => void {
  const directory = config?.directory;
  if (directory === undefined || metrics === undefined) {
    return () => logger.info({ event: 'directory.none' }, 'directory.none');
  }
  const note = createNotes(logger, metrics);
  return () => void reload(toLiveDirectory(directory), note, logger);
}

type Note = (report: ReloadReport) => void;

async function reload(directory: LiveDirectory, note: Note, logger: Logger): Promise<void> {
  try {
    note(await directory.reload());
  } catch (error) {
    // Taken over, but somebody who follows it could not: a fault of ours, and no reason to end.
    logger.error(
      { event: 'directory.reload_failed', alarm: 'merchants-file', err: error },
      'directory.reload_failed',
    );
  }
}

function createNotes(logger: Logger, metrics: Metrics): Note {
  const lastRead = metrics.gauge({
    name: 'huidiao_merchants_file_read_timestamp_seconds',
    help: 'When the merchants file in use was read',
  });
  const refusals = metrics.counter({
    name: 'huidiao_merchants_file_refusals_total',
    help: 'Reloads of the merchants file that changed nothing, for it had problems',
  });
  const noteRead = () => lastRead.set(Date.now() / 1_000);
  noteRead();
  return (report) => {
    if (report.kind === 'refused') {
      refusals.inc();
      const event = 'directory.reload_refused';
      logger.error({ event, alarm: 'merchants-file', err: report.error }, event);
      return;
    }
    noteRead();
    const { merchants, apps } = report;
    logger.info({ event: 'directory.reloaded', merchants, apps }, 'directory.reloaded');
  };
}
