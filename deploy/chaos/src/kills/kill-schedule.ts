import { createSeededRandom } from './seeded-random.ts';

/** One process to be killed, and for how long it is away. */
export interface Kill {
  /** Since the load began. */
  readonly atMs: number;
  readonly victim: string;
  readonly downMs: number;
  /** Redis comes back without its data. */
  readonly losesData: boolean;
}

export interface ScheduleOptions {
  readonly seed: number;
  readonly durationMs: number;
  readonly victims: readonly string[];
  /** Of the victims, the one that once loses its data. */
  readonly losesDataOnce: string | undefined;
}

/** On the average. Two may be away at once: that is when the interesting things happen. */
const everyMs = 2_500;
const longestDownMs = 1_500;
/** Nobody is killed before there is something to lose, nor when the load is nearly over. */
const quietMs = 2_000;

/**
 * Who is killed when: moments spread over the whole run, each kind of process at least once where there is time for
 * it. Sorted by time; the same for the same seed.
 */
export function toKillSchedule(options: ScheduleOptions): Kill[] {
  const { durationMs, victims, losesDataOnce } = options;
  const random = createSeededRandom(options.seed);
  const spanMs = Math.max(0, durationMs - 2 * quietMs);
  const count = Math.max(victims.length, Math.floor(spanMs / everyMs));
  const pick = () => victims[Math.floor(random() * victims.length)];
  const chosen = Array.from({ length: count }, (_, index) => victims[index] ?? pick() ?? '');
  const kills = shuffle(chosen, random).map((victim, index) => ({
    atMs: Math.round(quietMs + ((index + random()) * spanMs) / count),
    victim,
    downMs: Math.round(random() * longestDownMs),
    losesData: false,
  }));
  const losing = kills.findLastIndex(({ victim }) => victim === losesDataOnce);
  return kills.map((kill, index) => ({ ...kill, losesData: index === losing }));
}

function shuffle<T>(things: readonly T[], random: () => number): T[] {
  return things
    .map((thing) => ({ thing, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ thing }) => thing);
}
