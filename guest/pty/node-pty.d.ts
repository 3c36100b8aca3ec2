// The part of node-pty that the guest uses. It is installed inside the image only, so its own types are not here.
declare module '@lydell/node-pty' {
  export interface IPty {
    readonly pid: number;
    readonly cols: number;
    readonly rows: number;
    /** Bytes, where the encoding is null. */
    onData(listener: (chunk: Buffer) => void): void;
    onExit(listener: (end: { exitCode: number; signal?: number }) => void): void;
    write(data: Buffer): void;
    resize(cols: number, rows: number): void;
  }

  export interface Options {
    readonly name: string;
    readonly cols: number;
    readonly rows: number;
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    readonly encoding: null;
  }

  export function spawn(program: string, args: readonly string[], options: Options): IPty;
}
