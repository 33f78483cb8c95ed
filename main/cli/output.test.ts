/** What the place where the command line prints can show. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { processOutput } from './output';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const original = { columns: process.stdout.columns, isTTY: process.stdout.isTTY };
function terminal(columns: number | undefined, isTTY = columns !== undefined): void {
  Object.assign(process.stdout, { columns, isTTY });
}
afterEach(() => void Object.assign(process.stdout, original));

describe('the width', () => {
  it.each([
    [120, undefined, 120],
    [120, '60', 120],
    [undefined, '60', 60],
    [undefined, undefined, 100],
    [undefined, '', 100],
    [undefined, 'wide', 100],
    [undefined, '0', 100],
    [undefined, '-5', 100],
    [undefined, '72.5', 100],
    [undefined, '39', 40],
    [10, undefined, 40],
    [undefined, '201', 200],
    [1000, undefined, 200],
  ])('of %s columns and COLUMNS=%s is %i', (columns, variable, width) => {
    terminal(columns);
    vi.stubEnv('COLUMNS', variable);
    expect(processOutput().style.width).toBe(width);
  });
});

describe('characters beyond ASCII', () => {
  // locale(7): LC_ALL outweighs LC_CTYPE, and that LANG; an empty one does not count.
  it.each([
    [{ LANG: 'de_DE.UTF-8' }, true],
    [{ LANG: 'C.utf8' }, true],
    [{}, true],
    [{ LANG: 'C' }, false],
    [{ LC_ALL: 'C', LANG: 'de_DE.UTF-8' }, false],
    [{ LC_ALL: '', LC_CTYPE: 'de_DE.UTF-8', LANG: 'C' }, true],
    [{ LC_CTYPE: 'POSIX', LANG: 'de_DE.UTF-8' }, false],
    [{ LANG: 'de_DE.UTF-8', TERM: 'dumb' }, false],
    [{ LANG: 'de_DE.UTF-8', TERM: 'linux' }, false],
    [{ LANG: 'de_DE.UTF-8', TERM: 'xterm' }, true],
  ])('with %j: %s', (env: NodeJS.ProcessEnv, unicode) => {
    for (const name of ['LC_ALL', 'LC_CTYPE', 'LANG', 'TERM']) vi.stubEnv(name, env[name]);
    expect(processOutput().style.unicode).toBe(unicode);
  });
});

describe('standard error', () => {
  it('has one line for each warning', () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    processOutput().warn('wrong');
    expect(write.mock.calls).toEqual([['klpscope: wrong\n']]);
  });

  it.each([
    [true, 'xterm', true],
    [false, 'xterm', false],
    [true, 'dumb', false],
  ])('tells progress on terminals only (%s, TERM=%s)', (isTTY, term, isTold) => {
    const before = process.stderr.isTTY;
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    Object.assign(process.stderr, { isTTY });
    vi.stubEnv('TERM', term);
    const output = processOutput();
    Object.assign(process.stderr, { isTTY: before });
    output.progress?.('12 samples');
    output.progress?.(null);
    expect(write.mock.calls).toEqual(isTold ? [['\r\u001b[K12 samples'], ['\r\u001b[K']] : []);
  });
});
