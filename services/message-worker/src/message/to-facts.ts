import type { AppError } from '@huidiao/errors';
import type { MessageFacts } from '@huidiao/store';

/** What the row and the order keep of a failure; `rid` is what WeChat's support asks for. */
export function toFacts({ code, details }: AppError): MessageFacts {
  const { remoteCode, rid } = details;
  return { errorCode: code, remoteCode: remoteCode ?? undefined, rid: rid ?? undefined };
}

/** What a log line says of a failure: our code and WeChat's, as text. */
export function toLogged({ errorCode, remoteCode }: MessageFacts): Record<string, string | undefined> {
  return {
    messageErrorCode: errorCode?.toString(),
    remoteCode: remoteCode?.toString(),
  };
}
