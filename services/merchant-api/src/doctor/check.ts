import type { Finding } from './finding.ts';
import type { Site } from './site.ts';

/** One thing that the doctor looks at. */
export interface Check {
  /** What the set-up pages and the results call it. */
  readonly name: string;
  /** What it is about, for `help`. */
  readonly title: string;
  /** The keys of the merchants file and the variables that it looks at. */
  readonly settings: readonly string[];
  /** Whether it asks another process or machine, which --offline leaves out. */
  readonly asksOthers: boolean;
  /** @throws only what nobody expects */
  run(site: Site): Promise<readonly Finding[]>;
}
