/** What is done when a program ends, by programs that end. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/main/folders';

/** Runs it with `atExit`, `note` for what was done, and `ready` for when a signal may come. */
function program(text: string) {
  const folder = temporaryFolder();
  const [script, notes] = [join(folder, 'program.mts'), join(folder, 'notes')];
  writeFileSync(
    script,
    `import { appendFileSync } from 'node:fs';
import { Worker, isMainThread } from 'node:worker_threads';
import { atExit } from ${JSON.stringify(join(import.meta.dirname, 'atExit.ts'))};
const note = (word) => appendFileSync(${JSON.stringify(notes)}, word + ' ');
const ready = () => { process.stdout.write('ready'); setInterval(() => undefined, 1000); };
${text}`,
  );
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = new Promise((resolve) => child.stdout.once('data', resolve));
  const ended = new Promise<string>((resolve) =>
    child.once('close', (status, signal) => resolve(signal ?? String(status))),
  );
  const done = () => (existsSync(notes) ? readFileSync(notes, 'utf8').trim() : '');
  return { child, ready, ended, done };
}

describe('a duty', () => {
  it('is done when the program ends by itself, in the order in which they came', async () => {
    const { ended, done } = program(`
      atExit(() => note('first'));
      atExit(() => { throw new Error('a duty that fails'); });
      atExit(() => note('second'));
    `);
    expect(await ended).toBe('0');
    expect(done()).toBe('first second');
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'is done once where %s ends the program, which ends by that',
    async (signal) => {
      const { child, ready, ended, done } = program(`atExit(() => note('done')); ready();`);
      await ready;
      child.kill(signal);
      expect(await ended).toBe(signal);
      expect(done()).toBe('done');
    },
  );

  it('is left to whoever handles the signal, and done at the end that they choose', async () => {
    const { child, ready, ended, done } = program(`
      atExit(() => note('done'));
      process.on('SIGTERM', () => { note('handled'); setTimeout(() => process.exit(4), 10); });
      ready();
    `);
    await ready;
    child.kill('SIGTERM');
    expect(await ended).toBe('4');
    expect(done()).toBe('handled done');
  });

  it('that was done before is not done again, and the others still are', async () => {
    const { child, ready, ended, done } = program(`
      const first = atExit(() => note('first'));
      atExit(() => note('second'));
      first();
      first();
      ready();
    `);
    await ready;
    child.kill('SIGTERM');
    expect(await ended).toBe('SIGTERM');
    expect(done()).toBe('second');
  });

  it('is minded again after there was none', async () => {
    const { child, ready, ended, done } = program(`
      atExit(() => note('first'))();
      atExit(() => note('second'));
      ready();
    `);
    await ready;
    child.kill('SIGINT');
    expect(await ended).toBe('SIGINT');
    expect(done()).toBe('second');
  });

  it('leaves no listener behind', async () => {
    const { ended, done } = program(`
      const counts = () => ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP'].map((e) => process.listenerCount(e));
      const before = counts();
      const [one, two] = [atExit(() => undefined), atExit(() => undefined)];
      const during = counts().map((count, place) => count - before[place]);
      one(); two();
      note(JSON.stringify([during, counts().map((count, place) => count - before[place])]));
    `);
    await ended;
    expect(JSON.parse(done())).toEqual([
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ]);
  });
});
