// The shape of every handler: one per row of the command table; removing one does not compile.
import type { CommandName, CommandParams, CommandResult } from '../protocol/commands/table.ts';
import type { FrameInfo } from '../protocol/frame.ts';
import type { Shot } from './screen/shot.ts';

/** One execution of a command inside the guest. `signal` ends at its deadline and on cancel. */
export interface Call {
  readonly id: string;
  /** Whose it is: what it holds down belongs to that session. */
  readonly session: string;
  readonly signal: AbortSignal;
}

/** Commands that answer with a picture. It travels as bytes; the server makes the client's form of it. */
export type PictureCommand = 'screenshot' | 'zoom';

export interface Picture {
  readonly info: FrameInfo;
  readonly png: Uint8Array;
  /** What the picture was made of. */
  readonly shot: Shot;
}

export type Handled<N extends CommandName> = N extends PictureCommand ? Picture : CommandResult<N>;

export type Handlers = {
  [N in CommandName]: (params: CommandParams<N>, call: Call) => Promise<Handled<N>>;
};
