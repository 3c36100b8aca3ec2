// Structured log rows: one JSON object a line. Secrets are taken out here, whoever put them in.

export type Fields = Readonly<Record<string, unknown>>;

export interface Log {
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
  /** A log whose rows all carry these fields. */
  child(fields: Fields): Log;
}

export type LogLevel = 'info' | 'warn' | 'error';

export interface LogOptions {
  write: (line: string, level: LogLevel) => void;
  now: () => number;
  /** Texts that no row may hold, beside what looks like one of Deskreel's own keys. */
  secrets?: readonly string[];
}

/** What `newSecret` in ids.ts makes. */
const OWN_SECRET = /\bdr[a-z]_[A-Za-z0-9_-]{20,}/g;

export function createLog(options: LogOptions, base: Fields = {}): Log {
  const row =
    (level: LogLevel) =>
    (event: string, fields: Fields = {}): void => {
      const time = new Date(options.now()).toISOString();
      const text = JSON.stringify({ time, level, event, ...base, ...fields }, plainErrors);
      options.write(`${withoutSecrets(text, options.secrets ?? [])}\n`, level);
    };
  return {
    info: row('info'),
    warn: row('warn'),
    error: row('error'),
    child: (fields) => createLog(options, { ...base, ...fields }),
  };
}

function plainErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { name: value.name, message: value.message, stack: value.stack, cause: value.cause };
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  const known = secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
  return known.replaceAll(OWN_SECRET, '[secret]');
}

/** For embedding, where the host program wants no rows. */
export const silentLog: Log = createLog({ write: () => undefined, now: () => 0 });
