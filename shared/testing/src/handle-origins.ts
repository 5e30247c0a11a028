import { openHandles } from './open-handles.ts';

/** Remembers what was open when each suite ended, to tell whose a leak most likely is. */
export class HandleOrigins {
  readonly #snapshots: { suite: string; open: readonly string[] }[] = [];

  note(suite: string): void {
    this.#snapshots.push({ suite, open: openHandles() });
  }

  describe(leaks: readonly string[]): string {
    const lines = [...new Set(leaks)].map((leak) => {
      const times = countOf(leaks, leak);
      const clean = this.#snapshots.findLastIndex(({ open }) => countOf(open, leak) < times);
      const suite = this.#snapshots[clean + 1]?.suite ?? 'the last suite';
      return `  ${times > 1 ? `${times} times ` : ''}${leak}, since about the end of "${suite}"`;
    });
    return ['\nleft open after the last test, which would keep the process from ending:', ...lines].join(
      '\n',
    );
  }
}

function countOf(list: readonly string[], wanted: string): number {
  return list.filter((one) => one === wanted).length;
}
