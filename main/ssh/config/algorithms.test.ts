import { expect, it } from 'vitest';
import { algorithmsOf, allowedOf, beyondSsh2, ciphersFor } from './algorithms';

it('reads a list as OpenSSH does: whole, added to, taken from, put in front', () => {
  const read = (list: string | null) =>
    allowedOf(list, ['a1', 'a2', 'b1'], ['a1', 'a2', 'b1', 'c1']);
  expect(read(null)).toEqual(['a1', 'a2', 'b1']);
  expect(read('c1,zz,a1')).toEqual(['c1', 'a1']);
  expect(read('+c1')).toEqual(['a1', 'a2', 'b1', 'c1']);
  expect(read('-a*')).toEqual(['b1']);
  expect(read('^b1,c1')).toEqual(['b1', 'c1', 'a1', 'a2']);
  expect(read('zz')).toEqual([]);
});

it('knows of which keyword ssh2 can do nothing', () => {
  const beyond = (keyword: string, value: string) =>
    beyondSsh2(algorithmsOf((name) => (name === keyword ? value : null)));
  expect(beyondSsh2(algorithmsOf(() => null))).toEqual([]);
  expect(beyond('macs', 'umac-64@openssh.com')).toEqual(['MACs']);
  expect(beyond('kexalgorithms', 'mlkem768x25519-sha256')).toEqual(['KexAlgorithms']);
});

it('uses no SHA-1 by itself for a host’s key or a signature', () => {
  const { hostKey, signature } = algorithmsOf(() => null);
  expect([...hostKey, ...signature]).not.toContain('ssh-rsa');
  expect(algorithmsOf(() => '+ssh-rsa').signature).toContain('ssh-rsa');
});

it('never nests the cipher whose state ssh2 shares, and takes it last elsewhere', () => {
  const shared = 'chacha20-poly1305@openssh.com';
  const all = algorithmsOf((name) => (name === 'ciphers' ? `${shared},aes256-ctr` : null));
  expect(ciphersFor(all, false)).toEqual(['aes256-ctr', shared]);
  expect(ciphersFor(all, true)).toEqual(['aes256-ctr']);
  const only = algorithmsOf((name) => (name === 'ciphers' ? shared : null));
  expect(ciphersFor(only, false)).toEqual([shared]);
  expect(ciphersFor(only, true)).toEqual([]);
});
