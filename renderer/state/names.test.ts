import { expect, test } from 'vitest';
import { hostOf, settled } from '../../testing/renderer/documents';
import { nameAmong } from './names';

const live = hostOf(settled, { id: 'live', label: 'db1', target: 'local' });
const before = hostOf(settled, { id: 'before', label: 'db1', target: '/srv/db1-before.tar.gz' });
const folder = hostOf(settled, { id: 'folder', label: 'db1', target: 'dir:/srv/after/' });
const other = hostOf(settled, { id: 'other', label: 'web-04', target: '/srv/web.tar.xz' });

test('a host alone under its name is called by it', () => {
  expect(nameAmong(other, [live, before, other])).toBe('web-04');
});

test('captures of one host are told apart by their files', () => {
  const hosts = [live, before, folder];
  expect(hosts.map((host) => nameAmong(host, hosts))).toEqual([
    'db1, local',
    'db1, db1-before',
    'db1, after',
  ]);
});

test('what a file is called like its host adds nothing to the name', () => {
  const same = hostOf(settled, { id: 'same', label: 'db1', target: '/srv/db1.tar.gz' });
  expect(nameAmong(same, [live, same])).toBe('db1');
});

test('a host is not in its own way, and signs in its name are made visible', () => {
  const hostile = hostOf(settled, { id: 'h', label: 'db\u202e1', target: 'ssh:a' });
  expect(nameAmong(hostile, [hostile])).toBe(String.raw`db\u202e1`);
  expect(nameAmong(live, [live, live])).toBe('db1');
});

test('a target without a last part is named whole', () => {
  const top = hostOf(settled, { id: 'top', label: 'db1', target: '/' });
  expect(nameAmong(top, [live, top])).toBe('db1, /');
});
