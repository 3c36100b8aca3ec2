// A file as the answer to a request.
import type { Response } from 'express';

/** Resolves when it was sent. Headers are the caller's. */
export async function sendFile(response: Response, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    response.sendFile(path, { dotfiles: 'allow' }, (error?: Error) => {
      // A client that hangs up in the middle of a download needs no answer.
      if (error === undefined || response.headersSent) resolve();
      else reject(error);
    });
  });
}
