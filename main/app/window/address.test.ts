import { expect, test } from 'vitest';
import { placeOf } from './address';

test.each([
  ['app://klpscope/index.html', '/built/index.html'],
  ['app://klpscope/assets/a.js?v=1#x', '/built/assets/a.js'],
  ['app://klpscope/a%20b.css', '/built/a b.css'],
])('%s is %s', (address, path) => {
  expect(placeOf(address, '/built')).toBe(path);
});

test.each([
  'app://klpscope/',
  'app://klpscope/%2e%2e%2fsecret.html',
  'app://klpscope/..%2f..%2fetc/passwd',
  'app://klpscope/a%00.html',
  'app://klpscope/%zz.html',
  'app://other/index.html',
  'https://klpscope/index.html',
  'file:///built/index.html',
  'not an address',
])('%s is no file of ours', (address) => {
  expect(placeOf(address, '/built')).toBeNull();
});

test('a folder that begins with the same letters is not inside', () => {
  expect(placeOf('app://klpscope/..%2fbuilt-other/x.js', '/built')).toBeNull();
});
