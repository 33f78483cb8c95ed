import { expect, test } from 'vitest';
import { readInvocation } from './argv';

const nothing = { targets: [], screenshot: null, theme: null, size: null, view: null };

test('no argument asks for the start screen', () => {
  expect(readInvocation([])).toEqual({ kind: 'window', request: nothing });
  expect(readInvocation(['open'])).toEqual({ kind: 'window', request: nothing });
});

test('targets are taken with and without `open`', () => {
  const request = { ...nothing, targets: ['local', 'dir:/tmp/x'] };
  expect(readInvocation(['local', 'dir:/tmp/x'])).toEqual({ kind: 'window', request });
  expect(readInvocation(['open', 'local', 'dir:/tmp/x'])).toEqual({ kind: 'window', request });
});

test('options of a picture are read in both spellings', () => {
  const request = {
    targets: ['a.tar.gz'],
    screenshot: 'out.png',
    theme: 'dark',
    size: { width: 900, height: 700 },
    view: 'livepatches',
  };
  expect(
    readInvocation(
      ['a.tar.gz', '--screenshot', 'out.png', '--theme', 'dark', '--size', '900x700'].concat([
        '--view',
        'livepatches',
      ]),
    ),
  ).toEqual({ kind: 'window', request });
  expect(
    readInvocation([
      '--screenshot=out.png',
      '--theme=dark',
      '--size=900x700',
      '--view=livepatches',
      'a.tar.gz',
    ]),
  ).toEqual({ kind: 'window', request });
});

test("Electron's and Chromium's own switches mean nothing here", () => {
  const args = [
    '--no-sandbox',
    '--inspect=0',
    '--remote-debugging-port=0',
    '--user-data-dir=/tmp/profile',
    '--ozone-platform-hint=auto',
    'local',
  ];
  expect(readInvocation(args)).toEqual({
    kind: 'window',
    request: { ...nothing, targets: ['local'] },
  });
});

test.each(['status', 'watch', 'capture-script', '--help', '--version'])(
  '%s goes to the command line with everything after it',
  (word) => {
    expect(readInvocation(['--no-sandbox', word, 'local', '--json'])).toEqual({
      kind: 'command',
      args: [word, 'local', '--json'],
    });
  },
);

test('after `--` everything is a target', () => {
  expect(readInvocation(['--', '--theme'])).toEqual({
    kind: 'window',
    request: { ...nothing, targets: ['--theme'] },
  });
});

test.each([
  [['--screenshoot', 'x.png'], '--screenshoot'],
  [['local', '-x'], '-x'],
  [['--screenshot'], '--screenshot needs a value'],
  [['--theme=pink'], 'light'],
  [['--size', '900'], '--size'],
  [['--view=history'], 'findings'],
])('%j is refused and says why', (args, part) => {
  const invocation = readInvocation(args);
  expect(invocation.kind).toBe('wrong');
  expect(invocation).toHaveProperty('message', expect.stringContaining(part));
});

test('a refused argument cannot steer the terminal that shows it', () => {
  const invocation = readInvocation(['--\u001B[31mred\n']);
  expect(invocation).toHaveProperty('message', expect.not.stringMatching(/[\u0000-\u001F]/));
});
