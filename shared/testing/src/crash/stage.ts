import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { toNodeProgram } from '../node-program.ts';
import type { Played } from './play.ts';
import type { Scenario } from './scenario.ts';

/** What a stage's process does when it is asked. Benches are known by numbers, which the asker chooses. */
export interface StageCalls {
  open(benchId: number, scenario: string): Promise<void>;
  play(benchId: number, target: string | undefined): Promise<PlayedOnStage>;
  close(benchId: number): Promise<void>;
  /** Closes what all benches share; gives what is still open then. */
  end(): Promise<string[]>;
}

/** How a run ended, and every handler, loop and route that the services of its bench have. */
export interface PlayedOnStage extends Played {
  readonly units: ReadonlySet<string>;
}

export interface StageRequest {
  readonly id: number;
  readonly call: keyof StageCalls;
  readonly args: readonly unknown[];
}

export type StageAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

/** The services of one scenario, on which one run follows another. */
export interface StageBench {
  play(target?: string): Promise<PlayedOnStage>;
  close(): Promise<void>;
}

/** A process in which scenarios are played: one alone would keep one core busy, and leave the others idle. */
export interface Stage {
  openBench(scenario: Scenario): Promise<StageBench>;
  /** Close the benches before. @throws when something is still open in the process. */
  close(): Promise<void>;
}

interface Asked {
  answer(value: unknown): void;
  fail(error: Error): void;
}

/** Starts the process, which ends with this one. */
export function openStage(): Stage {
  const { nodeOptions, file } = toNodeProgram(join(import.meta.dirname, 'stage-process.ts'));
  const child = fork(file, { execArgv: [...nodeOptions], serialization: 'advanced' });
  const asked = new Map<number, Asked>();
  let requests = 0;
  let benches = 0;

  child.on('message', (answer: StageAnswer) => {
    const one = asked.get(answer.id);
    asked.delete(answer.id);
    if ('error' in answer) one?.fail(new Error(answer.error));
    else one?.answer(answer.value);
  });
  const ended = once(child, 'exit').then(([code, signal]) => {
    for (const { fail } of asked.values()) fail(new Error(`the stage has ended: ${code ?? signal}`));
  });

  function ask<C extends keyof StageCalls>(
    call: C,
    ...args: Parameters<StageCalls[C]>
  ): ReturnType<StageCalls[C]>;
  function ask(call: keyof StageCalls, ...args: unknown[]): Promise<unknown> {
    requests += 1;
    const request: StageRequest = { id: requests, call, args };
    return new Promise((answer, fail) => {
      asked.set(request.id, { answer, fail });
      child.send(request, (error) => error && fail(error));
    });
  }

  return {
    async openBench({ name }) {
      benches += 1;
      const benchId = benches;
      await ask('open', benchId, name);
      return { play: (target) => ask('play', benchId, target), close: () => ask('close', benchId) };
    },
    async close() {
      const open = await ask('end').finally(() => child.connected && child.disconnect());
      await ended;
      if (open.length > 0) throw new Error(`left open by a stage:\n${open.join('\n')}`);
    },
  };
}
