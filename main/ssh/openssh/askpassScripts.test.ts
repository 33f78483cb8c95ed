/** What the helper programs say, as it comes through a pipe: in pieces of any length. */
import { describe, expect, it } from 'vitest';
import { readSaid, type Said } from './askpassScripts';

const all = [
  'askpass\x007\x00ada’s password: \x00',
  'logged-in\x00',
  'known-hosts\x0012\x00HOSTNAME\x00db1\x00AAAA\x00db1 ssh-rsa AAAA\ndb2 ssh-rsa AAAA\x00',
  'known-hosts\x0013\x00ADDRESS\x00db1\x00AAAA\x00\x00',
  'askpass\x0014\x00\x00',
];
const said: readonly Said[] = [
  { by: 'askpass', id: '7', text: 'ada’s password: ' },
  { by: 'logged-in' },
  {
    by: 'known-hosts',
    id: '12',
    isAddress: false,
    name: 'db1',
    key: 'AAAA',
    lines: 'db1 ssh-rsa AAAA\ndb2 ssh-rsa AAAA',
  },
  { by: 'known-hosts', id: '13', isAddress: true, name: 'db1', key: 'AAAA', lines: '' },
  { by: 'askpass', id: '14', text: '' },
];
const stream = Buffer.from(all.join('')).toString('latin1');

describe('what is said', () => {
  it('is read whole, and nothing is left', () => {
    expect(readSaid(stream)).toEqual({ said, rest: '' });
    expect(readSaid('')).toEqual({ said: [], rest: '' });
  });

  it.each([1, 2, 3, 7, 20])('is the same in pieces of %i bytes', (size) => {
    const heard: Said[] = [];
    let received = '';
    for (let at = 0; at < stream.length; at += size) {
      received += stream.slice(at, at + size);
      const read = readSaid(received);
      if (!read) throw new Error('it was taken for nonsense');
      heard.push(...read.said);
      received = read.rest;
    }
    expect({ heard, received }).toEqual({ heard: said, received: '' });
  });

  it('waits for the rest of what has only begun', () => {
    const begun = 'known-hosts\x0012\x00HOSTNAME\x00db1\x00AAAA\x00lin';
    expect(readSaid(`logged-in\x00${begun}`)).toEqual({ said: [{ by: 'logged-in' }], rest: begun });
  });

  it('is none of what no program says', () => {
    expect(readSaid('sudo\x007\x00password\x00')).toBeNull();
    expect(readSaid(`${stream}\x00`)).toBeNull();
  });
});
