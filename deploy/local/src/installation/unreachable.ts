/** What a failed fetch means, in words; of a refused connection fetch itself says no more than that it failed. */
export function unreachable(url: string, error: Error): Error {
  const { message } = error.cause instanceof Error ? error.cause : error;
  return new Error(`${url} does not answer: ${message}`, { cause: error });
}
