/** A server that was found or started, for as long as we run. */
export interface FoundServer {
  /** `redis://127.0.0.1:40123`, `mongodb://…`. */
  readonly url: string;
  /** Where it came from, in words for people. */
  readonly origin: string;
  /** Resolves when a server that we started has ended; never for one that was there. */
  readonly ended: Promise<string>;
  /** Ends it if we started it. */
  stop(): Promise<void>;
}

/** One way to get a server: the server, or the reason why this way does not work here. */
export type Attempt = FoundServer | { readonly reason: string };

/** Where to look for servers and where to keep what they need. */
export interface ServerSearch {
  /** The environment whose PATH, REDIS_URL and MONGODB_URI count. */
  readonly env: NodeJS.ProcessEnv;
  /** Data and logs of the servers; ours alone. */
  readonly dataFolder: string;
  /** Downloaded programs; shared by all that run in this clone. */
  readonly programsFolder: string;
  /** Remove each server's data when it ends. */
  readonly isTemporary?: boolean;
  /** Told about anything that takes long. */
  say(line: string): void;
}

/** A server that was there before us. */
export function toExistingServer(url: string, origin: string): FoundServer {
  return { url, origin, ended: new Promise(() => {}), stop: async () => {} };
}

/** The first attempt that works, or an error with the reason of each. */
export async function firstThatWorks(
  attempts: readonly { readonly way: string; try(): Promise<Attempt> }[],
  toMessage: (reasons: readonly string[]) => string,
): Promise<FoundServer> {
  const reasons: string[] = [];
  for (const attempt of attempts) {
    const result = await attempt.try().catch((error: Error) => ({ reason: error.message }));
    if ('url' in result) return result;
    reasons.push(`${attempt.way}: ${result.reason}`);
  }
  throw new Error(toMessage(reasons));
}
