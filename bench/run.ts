/**
 * Runs every bench of this folder, one after the other, and prints their figures as one table. Each
 * bench prints a line per figure, `NAME, WHAT: FIGURE`, and ends with status 1 if a target is missed.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../scripts/lib/paths';
import { main, Stop } from '../scripts/lib/process';

interface Outcome {
  readonly name: string;
  readonly status: number;
  readonly output: string;
}

main(async () => {
  const wanted = process.argv.slice(2);
  const names = benches();
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Stop(`There is no bench "${unknown}", only ${names.join(', ')}.`);
  }
  const outcomes: Outcome[] = [];
  for (const name of wanted.length > 0 ? wanted : names) outcomes.push(await run(name));
  console.log(`\n${tableOf(outcomes.flatMap(rowsOf))}`);
  return outcomes.every(({ status }) => status === 0) ? 0 : 1;
});

function benches(): string[] {
  return readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.ts') && name !== basename(import.meta.filename))
    .map((name) => basename(name, '.ts'))
    .sort();
}

function run(name: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
    const child = spawn(process.execPath, [tsx, join(import.meta.dirname, `${name}.ts`)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      process.stdout.write(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ name, status: code ?? 1, output }));
  });
}

/** Bench, what was measured, the figure; and for each bench whether it met its targets. */
function rowsOf({ name, status, output }: Outcome): string[][] {
  const figures = output
    .split('\n')
    .filter((line) => line.startsWith(`${name}, `))
    .map((line) => line.slice(name.length + 2))
    .map((line) => [name, line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]);
  const verdict = status === 0 ? 'met' : 'MISSED';
  return [...figures, [name, 'targets', figures.length > 0 ? verdict : 'MISSED: it did not run']];
}

function tableOf(rows: readonly string[][]): string {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n');
}
