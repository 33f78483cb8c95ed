// @vitest-environment jsdom
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RawFile } from '../../../shared/api/contract';
import { prototypeNames } from '../../../testing/shared/prototypeNames';
import { putHost, useWindow } from '../../state/store';
import { playMain, type PlayedMain } from '../../../testing/renderer/playedMain';
import { hostOf, settled } from '../../../testing/renderer/documents';
import { fileColumns } from './columns';
import { FileDetail } from './FileDetail';
import { FilesView } from './FilesView';
import { filterFiles, missingSentence, missingWord, notReadSentence } from './files';
import { eventually } from '../../../testing/renderer/eventually';

const blank = useWindow.getState();
let main: PlayedMain;
beforeAll(() => {
  class NoLayout {
    observe(): void {}
    disconnect(): void {}
    unobserve(): void {}
  }
  Object.defineProperty(window, 'ResizeObserver', { value: NoLayout });
});
beforeEach(() => {
  useWindow.setState(blank, true);
  main = playMain();
});
afterEach(cleanup);

const file = (path: string, change: Partial<RawFile> = {}): RawFile => ({
  path,
  size: 2,
  missing: null,
  truncated: false,
  ...change,
});

const allIsHeard = () => act(() => new Promise((resolve) => setTimeout(resolve)));

test('the text of a newer reading stands, though the older one is answered after it', async () => {
  const of = (sampledAt: string) => <FileDetail id="h1" file={file('/x')} sampledAt={sampledAt} />;
  const { rerender } = render(of('1'));
  const older = main.last('host:file');
  rerender(of('2'));
  main.last('host:file').answer('newer');
  await screen.findByText('newer');
  older.answer('older');
  await allIsHeard();
  expect(screen.queryByText('older')).toBeNull();
  expect(screen.getByText('newer')).toBeDefined();
});

test('the files of a newer reading stand, though the older ones are answered after them', async () => {
  const host = (sampledAt: string) => hostOf(settled, { sampledAt });
  putHost(host('1'));
  const { rerender } = render(<FilesView host={host('1')} status={settled} />);
  expect(screen.getByRole('heading', { name: 'Listing what was read …' })).toBeDefined();
  const older = main.last('host:files');
  rerender(<FilesView host={host('2')} status={settled} />);
  main.last('host:files').answer([file('/newer')]);
  await eventually(() => expect(document.body.textContent).toContain('/newer'));
  older.answer([file('/older')]);
  await allIsHeard();
  expect(document.body.textContent).not.toContain('/older');
});

test('a file without content is not asked for; its absence has words', async () => {
  render(<FileDetail id="h1" file={file('/x', { missing: 'denied', size: null })} sampledAt="1" />);
  expect(document.body.textContent).toContain('This login may not read it. Root may.');
  await allIsHeard();
  expect(main.requests).toEqual([]);
});

test('an empty file is called empty, one that was cut is called cut', async () => {
  render(<FileDetail id="h1" file={file('/x', { truncated: true })} sampledAt="1" />);
  main.last('host:file').answer('');
  await screen.findByText('The file is empty.');
  expect(document.body.textContent).toContain('cut at the reader’s limit');
});

test.each([
  ['/proc/7/task/7/stack', 'sudo cat /proc/7/task/7/stack'],
  ['/proc/7/task/7/patch_state', 'sudo cat /proc/7/task/7/patch_state'],
  ['/sys/kernel/tracing/enabled_functions', 'sudo cat /sys/kernel/tracing/enabled_functions'],
  ['/proc/modules', 'cat /proc/modules'],
  ['/proc/7/task/7/comm', 'cat /proc/7/task/7/comm'],
])('%s is read by %s', (path, command) => {
  render(<FileDetail id="h1" file={file(path, { missing: 'absent' })} sampledAt="1" />);
  expect(screen.getByText(command)).toBeDefined();
});

test('why a file has no content is said in words of ours, or in what main says, written out', () => {
  expect(missingWord('timed-out')).toBe('timed out');
  expect(missingSentence('link')).toContain('symbolic link');
  for (const name of [...prototypeNames, 'odd']) {
    expect(missingWord(name)).toBe(name);
    expect(missingSentence(name)).toBe(name);
  }
  expect(missingWord('\u001b')).toBe('\\x1b');
});

test('a function of a livepatch is an empty folder, and nothing else is', () => {
  const livepatch = '/sys/kernel/livepatch/a/vmlinux';
  expect(notReadSentence(`${livepatch}/f,1`)).toContain('empty folder');
  for (const path of [livepatch, `${livepatch}/patched`, '/proc/1', `${livepatch}/f,1/x`]) {
    expect(notReadSentence(path)).toContain('not among the files');
  }
});

test('files are filtered by all words, and ordered by number and size', () => {
  const files = [file('/proc/10', { size: 1 }), file('/proc/9', { size: null, missing: 'denied' })];
  expect(filterFiles(files, 'PROC 9')).toEqual([files[1]]);
  expect(filterFiles(files, ' ')).toEqual(files);
  expect(filterFiles(files, 'proc nothing')).toEqual([]);
  const by = (id: string) =>
    files.toSorted(fileColumns.find((column) => column.id === id)?.compare).map(({ path }) => path);
  expect(by('path')).toEqual(['/proc/9', '/proc/10']);
  expect(by('size')).toEqual(['/proc/9', '/proc/10']);
  expect(fileColumns.map((column) => files.map(column.text))).toEqual([
    ['/proc/10', '/proc/9'],
    [expect.stringMatching(/^1 /), 'denied'],
  ]);
});
