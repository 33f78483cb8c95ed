/** What `ssh` prints decides nothing: every sentence of it may be a server's. */
import { describe, expect, it } from 'vitest';
import { forgedSentences } from '../../../testing/sshd/forgedSentences';
import { resolveHost } from '../config/config';
import { explainFailure, type FailedLogin } from './openSshFailure';

const address = { user: null, host: 'db1', port: null };
const settings = await resolveHost(address, { configFile: '/dev/null' });
const hop = { address, settings };
const refusedKey = { code: 'host-key-changed', path: 'known', message: 'It has changed.' } as const;

function failed(
  prompts: Partial<FailedLogin['prompts']>,
  rest: Partial<FailedLogin> = {},
): FailedLogin {
  return {
    host: 'db1',
    prompts: { waitsFor: null, refusedKey: null, lacksAnswer: false, ...prompts },
    handsOverKeys: true,
    tookMs: 100,
    connectMs: 20_000,
    printed: '',
    ...rest,
  };
}

const shown = { hop, isVerified: true };
const unseen = { hop, isVerified: false };
const logins: readonly (readonly [string, FailedLogin])[] = [
  ['connection-lost', failed({})],
  ['host-key-changed', failed({ waitsFor: unseen, refusedKey })],
  ['authentication-needed', failed({ waitsFor: shown, lacksAnswer: true })],
  ['authentication-failed', failed({ waitsFor: shown })],
  ['timeout', failed({ waitsFor: unseen }, { tookMs: 20_001 })],
  ['unreachable', failed({ waitsFor: unseen })],
  ['unreachable', failed({ waitsFor: unseen }, { handsOverKeys: false })],
];

describe.each(logins)('%s', (code, login) => {
  it('whatever was printed', () => {
    expect(explainFailure(login).code).toBe(code);
    for (const sentence of forgedSentences('/nowhere')) {
      expect(explainFailure({ ...login, printed: sentence }).code).toBe(code);
    }
  });
});

it('shows the last words as anybody’s, of one line, capped and escaped', () => {
  const printed = `first\n${'x'.repeat(300)}\u001b[2J\u202e\n`;
  const { message } = explainFailure(failed({ waitsFor: unseen }, { printed }));
  expect(message).toMatch(/The last words, ssh’s or the server’s own: “x{199}…”\.$/);
  const escaped = explainFailure(failed({ waitsFor: unseen }, { printed: 'a\u001b[2Jb\u009bc' }));
  expect(escaped.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
});

it('names the host on the way that did not let us in, and the time that it was given', async () => {
  const gate = { address: { ...address, host: 'gate' }, settings };
  const at = (isVerified: boolean, rest: Partial<FailedLogin> = {}) =>
    explainFailure(failed({ waitsFor: { hop: gate, isVerified } }, rest));
  expect(at(true)).toMatchObject({
    path: 'db1',
    message: expect.stringMatching(/^gate let nobody/),
  });
  expect(at(false).message).toMatch(/^ssh could not connect to gate/);
  expect(at(false, { tookMs: 20_000 })).toEqual({
    code: 'timeout',
    path: 'db1',
    message: 'gate did not answer within 20 s.',
  });
  expect(at(false, { tookMs: 19_999 }).code).toBe('unreachable');
});

it('blames a key that was refused before an answer that was missing, and that before all else', () => {
  const prompts = { waitsFor: shown, refusedKey, lacksAnswer: true };
  expect(explainFailure(failed(prompts))).toBe(refusedKey);
  const old = failed({ waitsFor: shown, lacksAnswer: true }, { handsOverKeys: false });
  expect(explainFailure(old).code).toBe('authentication-needed');
});

it('quotes the last line without what stands around it', () => {
  const { message } = explainFailure(
    failed({ waitsFor: shown }, { printed: 'first\r\n \tlast \r\n\n' }),
  );
  expect(message).toMatch(/server’s own: “last”\.$/);
});

it('quotes nothing where nothing was printed', () => {
  for (const printed of ['', '\n', '  \n \n']) {
    expect(explainFailure(failed({ waitsFor: shown }, { printed })).message).toMatch(
      /had to offer\.$/,
    );
  }
});
