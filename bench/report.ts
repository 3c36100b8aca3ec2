// Figures as a table on standard output, with what was aimed at beside what was measured.
import { statsOf } from './stats.ts';

export class Report {
  readonly #rows: string[][] = [];

  /** Times in milliseconds. */
  times(what: string, samples: readonly number[], aim: string): void {
    const { p50, p99, samples: count } = statsOf(samples);
    this.row(what, `${p50.toFixed(2)} ms`, `${p99.toFixed(2)} ms`, String(count), aim);
  }

  row(what: string, p50: string, p99: string, samples: string, aim: string): void {
    this.#rows.push([what, p50, p99, samples, aim]);
  }

  print(): void {
    const rows = [
      ['what', 'p50', 'p99', 'samples', 'aim'],
      ['---', '---', '---', '---', '---'],
      ...this.#rows,
    ];
    const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    for (const row of rows)
      console.log(`| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`);
  }
}
