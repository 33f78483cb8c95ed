/**
 * What the programs for hosts begin with: nothing of the login's environment takes part in them. bash
 * takes functions from the environment, also where it is called sh, and a function counts before a
 * program of its name. A variable that was exported there would have been set before, and be handed on
 * to every program. Each program's own text tells which names it has.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { captureScript } from './captureScript';
import { probeText } from './probeText';

/**
 * Builtins and programs by whose names functions may come. Special builtins (POSIX, 2.14) are none of
 * them: they count before functions.
 */
const tools = (
  'basename cat cd command cut date dmesg echo false grep gzip head id kill mkdir mktemp printf read ' +
  'rm sed sleep sort tail tar test timeout tr true umask unalias uname uniq wait xargs'
).split(' ');

/** What GNU's tools and bash take from the environment and would act upon. */
const settings = 'GREP_OPTIONS GZIP GLOBIGNORE CDPATH IFS'.split(' ');

/** Names in lower case that a program sets, each once. */
function variablesOf(program: string): string[] {
  const names = (pattern: RegExp) => [...program.matchAll(pattern)].map(([, found]) => found ?? '');
  const all = [
    ...names(/(?<![\w$-])([a-z][a-z_]*)=/g),
    ...names(/\bfor ([a-z_]+)/g),
    ...names(/\bread -r ([a-z_ ]+)/g),
    // What each section was, see `send`.
    ...names(/\b(?:send|sift_list) ([a-z]) /g).map((section) => `last_${section}`),
  ];
  return [...new Set(all.flatMap((name) => name.trim().split(/ +/)))].sort();
}

/** Words of all lines that begin with a command, sorted. */
function wordsAfter(command: string, lines: readonly string[]): string[] {
  const arguments_ = lines.filter((line) => line.startsWith(command));
  return arguments_.flatMap((line) => line.slice(command.length).split(' ')).sort();
}

describe.each([
  ['probe.sh', probeText],
  ['capture.sh', captureScript],
])('%s', (file, program) => {
  const lines = program.split('\n').filter((line) => line !== '' && !/^\s*#/.test(line));
  const end = lines.findLastIndex((line) => /^(?:command )?un(?:set|alias) /.test(line)) + 1;
  const [start, body] = [lines.slice(0, end), lines.slice(end).join('\n')];

  it('is what lies in its file', () => {
    expect(program).toBe(readFileSync(join(import.meta.dirname, file), 'utf8'));
  });

  it('begins with forgetting', () => {
    for (const line of start) expect(line).toMatch(/^(?:command )?un(?:set|alias) /);
    expect(start).toContain('unalias -a');
    expect(start).toContain('command unset -f [');
  });

  it('forgets functions of the names of all that it runs', () => {
    const words = new Set(body.match(/[a-z]+/g));
    const used = tools.filter((name) => words.has(name));
    expect(used.length).toBeGreaterThan(10);
    expect(wordsAfter('unset -f ', start)).toEqual(
      [...new Set(['command', 'unalias', ...used])].sort(),
    );
  });

  it('forgets the settings of tools, and the variables of all names that it sets', () => {
    const set = variablesOf(body);
    expect(set.length).toBeGreaterThan(10);
    expect(wordsAfter('unset -v ', start)).toEqual([...settings, ...set].sort());
  });
});
