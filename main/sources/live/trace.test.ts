/** What whoever has trouble is told of the way to a host, by a real server; and what never is. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { answering } from '../../../testing/main/answering';
import { temporaryFolder } from '../../../testing/main/folders';
import { skipping } from '../../../testing/main/skipping';
import { newSecret } from '../../../testing/sshd/secrets';
import { cannotServe, startSshd, type SshServer } from '../../../testing/sshd/server';
import { codeOf, openSource } from '../../../testing/sshd/source';
import { traceByEnvironment, traceInto } from '../../ssh/trace';
import type { LiveSource } from './connectedSource';

const opened: LiveSource[] = [];
afterEach(() => {
  for (const source of opened.splice(0)) source.close();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('a step', () => {
  it('is one line without anything that a terminal obeys, and not longer than 1,000 characters', () => {
    const lines: string[] = [];
    const trace = traceInto((line) => lines.push(line));
    trace('a banner: \u001b[2J\u202e\n2nd');
    trace('x'.repeat(5000));
    for (const line of lines) expect(line).toMatch(/^ *\d+\.\d{3} [^\p{Cc}\u202e]+\n$/u);
    expect(lines.map((line) => line.length < 1020)).toEqual([true, true]);
  });

  it('that can’t be written is warned about once', () => {
    vi.stubEnv('KLPSCOPE_VERBOSE', join(temporaryFolder(), 'absent/trace'));
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const trace = traceByEnvironment();
    trace('one');
    trace('two');
    expect(said.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(/^klpscope: KLPSCOPE_VERBOSE: ENOENT/),
    ]);
  });
});

describe.skipIf(skipping(import.meta.filename, cannotServe()))('the way to a host', () => {
  let server: SshServer;
  beforeAll(async () => {
    server = await startSshd({ config: ['PasswordAuthentication yes', 'PubkeyAuthentication no'] });
  });
  afterAll(() => server.stop());

  /** The trace of one sample, as the file has it that the variable names. */
  async function traceOfSample(options: Parameters<typeof openSource>[1]) {
    const file = join(temporaryFolder(), 'trace');
    vi.stubEnv('KLPSCOPE_VERBOSE', file);
    const source = openSource(server, options);
    opened.push(source);
    const code = codeOf(await source.sample());
    source.close();
    const read = () => readFileSync(file, 'utf8');
    const count = (step: RegExp) => read().match(step)?.length ?? 0;
    const begun = () => count(/(?:let in|runs ssh .*)\n/g);
    await expect.poll(() => count(/closed: |ssh has ended/g)).toBeGreaterThanOrEqual(begun() / 2);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    return { code, text: read() };
  }

  it.each(['ssh2', 'openssh'] as const)(
    'by %s tells login, rights, requests and answers, and no password',
    async (transport) => {
      const wrong = newSecret('password');
      const ask = answering([wrong], [server.password], [wrong], [server.password]);
      const options = { transport, user: 'operator', sudo: true, ask };
      const { code, text } = await traceOfSample(options);
      expect(code).toBe('read');
      const steps = [
        /configured: 127\.0\.0\.1 is operator@127\.0\.0\.1 port \d+/,
        new RegExp(`transport: ${transport}, ${transport} was chosen`),
        transport === 'ssh2' ? /host key ssh-ed25519 SHA256:\S+: accepted/ : /runs ssh -T -F /,
        /a person is asked for the password of operator@127\.0\.0\.1\n/,
        /it is answered/,
        /a person is asked for the password of operator@127\.0\.0\.1, again\n/,
        /let in/,
        /a person is asked for the password of operator for sudo on 127\.0\.0\.1\n/,
        /for sudo on 127\.0\.0\.1, again\n/,
        /sudo: a root shell/,
        /the probe answers, as uid 0/,
        /answer 1: \d+ bytes, \d+ frames, \d+ ms/,
      ];
      let rest = text;
      for (const step of steps) {
        expect(rest).toMatch(step);
        rest = rest.slice(rest.search(step) + 1);
      }
      for (const secret of [wrong, server.password]) expect(text).not.toContain(secret);
    },
  );

  it('tells why it ends, and whether it is tried again', async () => {
    const refused = await traceOfSample({ transport: 'ssh2', user: 'operator' });
    expect(refused.code).toBe('authentication-needed');
    expect(refused.text).toMatch(/nobody is there to be asked for .*\n.*it stays unanswered\n/);
    expect(refused.text).toMatch(
      /lost: authentication-needed: .*\n.*not tried again before a person asks for it\n$/,
    );
  });
});
