// Where tracing tells what it did. Without a logger it is silent.

export interface TraceLogger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

const SILENT: TraceLogger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A logger that throws must not end the agent that is traced: what it threw is left there. */
export function safeLogger(logger: TraceLogger | undefined): TraceLogger {
  if (!logger) return SILENT;
  const through = (level: keyof TraceLogger) => (message: string) => {
    try {
      logger[level](message);
    } catch {
      // There is nobody left to tell: the logger is who would be told.
    }
  };
  return { info: through('info'), warn: through('warn'), error: through('error') };
}

export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
