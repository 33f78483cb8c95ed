import { expect, it } from 'vitest';
import {
  choiceKey,
  chosenUnder,
  isInTheWay,
  needsInWords,
  openSshAbilities,
  sortedNeeds,
} from './openSsh';

it('names what OpenSSH is needed for in a sentence', () => {
  expect(needsInWords([])).toBe('');
  expect(needsInWords(['pkcs11'])).toBe('a PKCS#11 token');
  expect(needsInWords(['proxy-command', 'security-key'])).toBe(
    'a ProxyCommand and a security key (FIDO)',
  );
  expect(needsInWords(['gssapi', 'match-exec', 'user-certificate'])).toBe(
    'GSSAPI (Kerberos), a Match exec block and a user certificate',
  );
  expect(needsInWords(['keyword:MACs', 'keyword:Ciphers'])).toBe('MACs and Ciphers');
  for (const need of openSshAbilities) expect(needsInWords([need])).not.toBe('');
});

it('sorts needs, each once, and knows which of them ssh2 must not drop', () => {
  const needs = ['keyword:MACs', 'pkcs11', 'keyword:MACs', 'proxy-command'] as const;
  expect(sortedNeeds(needs)).toEqual(['proxy-command', 'pkcs11', 'keyword:MACs']);
  // Keywords by their letters, whatever the order in which a configuration has them.
  expect(sortedNeeds(['keyword:MACs', 'keyword:Ciphers', 'keyword:KexAlgorithms'])).toEqual([
    'keyword:Ciphers',
    'keyword:KexAlgorithms',
    'keyword:MACs',
  ]);
  expect(sortedNeeds(needs).filter(isInTheWay)).toEqual(['proxy-command', 'keyword:MACs']);
});

it('remembers a choice for a host, and for a port apart', () => {
  expect(choiceKey({ host: 'db1', port: null })).toBe('db1');
  expect(choiceKey({ host: 'db1', port: 22 })).toBe('[db1]:22');
  expect(choiceKey({ host: '::1', port: 2222 })).toBe('[::1]:2222');
});

it('finds what was chosen, and nothing under names that every object has', () => {
  const choices = { db1: 'openssh', '[db1]:22': 'ssh2' } as const;
  expect(chosenUnder('db1', choices)).toBe('openssh');
  expect(chosenUnder('[db1]:22', choices)).toBe('ssh2');
  expect(chosenUnder('db2', choices)).toBeNull();
  expect(chosenUnder('constructor', choices)).toBeNull();
});
