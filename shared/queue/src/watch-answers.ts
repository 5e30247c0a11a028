import type { Redis } from 'ioredis';

/** Whether Redis still answers. */
export interface AnswerWatch {
  /** Whether it owes an answer for longer than allowed. */
  readonly silent: boolean;
  stop(): void;
}

const looksPerPatience = 6;

/**
 * Asks Redis over and over. A connection whose peer fell silent stays "ready" until its socket times out, and for
 * ever if it owes nothing. `onSilent` is called once the peer has let `patienceMs` pass, and on and on while it
 * stays silent.
 */
export function watchAnswers(
  redis: Pick<Redis, 'ping'>,
  patienceMs: number,
  onSilent: () => void,
): AnswerWatch {
  // Looks are counted, not time: while this process itself stands still, no answer is read either.
  let looksWithoutAnswer: number | undefined;
  const isSilent = (): boolean => (looksWithoutAnswer ?? 0) >= looksPerPatience;
  const onAnswer = (): void => {
    looksWithoutAnswer = undefined;
  };
  const look = (): void => {
    if (looksWithoutAnswer === undefined) {
      looksWithoutAnswer = 0;
      redis.ping().then(onAnswer, onAnswer);
      return;
    }
    looksWithoutAnswer += 1;
    if (isSilent()) onSilent();
  };
  const timer = setInterval(look, patienceMs / looksPerPatience);
  look();
  return {
    get silent() {
      return isSilent();
    },
    stop: () => clearInterval(timer),
  };
}
