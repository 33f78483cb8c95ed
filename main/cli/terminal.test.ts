/** Questions at a real terminal: what a person is shown, types, and what it means. */
import { expect, describe, it, vi } from 'vitest';
import { newSecret } from '../../testing/sshd/secrets';
import { openTestTerminal } from '../../testing/main/terminal';
import type { Question } from '../ssh/questions';
import { askerHere } from './terminal';

type HostKeyQuestion = Extract<Question, { kind: 'host-key' }>;

const unknownKey: HostKeyQuestion = {
  kind: 'host-key',
  host: 'db1\u001b[2J',
  port: 2222,
  keyType: 'ssh-ed25519',
  fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BrqXQFf0TLBL/ecArNkY2xxx',
  verdict: 'unknown',
  files: ['/home/u/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts'],
};

async function shows(text: () => string, what: RegExp): Promise<void> {
  await expect.poll(text, { interval: 10 }).toMatch(what);
}

/** Types each of the lines once something new that ends as a prompt does is there to be answered. */
async function answered(question: Question, ...keys: readonly string[]) {
  const terminal = await openTestTerminal();
  const answer = askerHere(terminal.path)(question);
  let read = 0;
  for (const key of keys) {
    await shows(() => terminal.shown().slice(read), /[:?] (?:\u001b\[\d*[A-Z])*$/);
    read = terminal.shown().length;
    terminal.type(key);
  }
  const given = await answer;
  // The line's end is the last that is printed of a question that was answered.
  if (given) await shows(terminal.shown, /\n$/);
  return { answer: given, shown: terminal.shown() };
}

describe('an unknown host key', () => {
  it.each([
    ['yes\r', ['accept']],
    ['save\r', ['accept-and-save']],
    ['no\r', null],
    ['\r', null],
    ['y\r', null],
    ['Yes\r', null],
    ['yes please\r', null],
    ['saved\r', null],
    // Ctrl-D and Ctrl-C: the person gave up.
    ['\u0004', null],
    ['\u0003', null],
  ])('is accepted by an explicit word only: %j means %j', async (keys, meaning) => {
    expect((await answered(unknownKey, keys)).answer).toEqual(meaning);
  });

  it('is shown with its host, fingerprint and the files that were looked in', async () => {
    const { shown } = await answered(unknownKey, 'no\r');
    expect(shown).toContain('The ssh-ed25519 key of db1\\x1b[2J (port 2222) is not known.');
    expect(shown).toContain(unknownKey.fingerprint);
    expect(shown).toContain('looked for in /home/u/.ssh/known_hosts, /etc/ssh/ssh_known_hosts');
    expect(shown).not.toMatch(/another type|authority/);
  });

  it.each([
    ['other-key-type', /A key of another type is known: a new key of the host, or another machine/],
    ['ca-only', /Only the authority that signs its keys is known; this key was not checked/],
  ] as const)('says what is known instead: %s', async (verdict, said) => {
    const { shown } = await answered({ ...unknownKey, verdict, files: [] }, 'no\r');
    expect(shown).toMatch(said);
    expect(shown).toContain('looked for in no file');
  });
});

describe('a secret', () => {
  const first = { user: 'root', host: 'db1\u0007', again: false } as const;

  it.each([
    [{ kind: 'password', ...first }, 'Password of root on db1\\x07: '],
    [{ kind: 'sudo-password', ...first }, 'Password for sudo of root on db1\\x07: '],
    [
      { kind: 'passphrase', keyFile: '/k/id\u009b', isHidden: false, again: false },
      'Passphrase of /k/id\\x9b: ',
    ],
  ] satisfies [Question, string][])('is asked for and not shown: %j', async (question, prompt) => {
    const secret = newSecret('password');
    const { answer, shown } = await answered(question, `${secret}\r`);
    expect(answer).toEqual([secret]);
    expect(shown).toContain(prompt);
    expect(shown).not.toContain(secret);
    expect(shown).not.toMatch(/not accepted|took no other key/);

    const again = await answered({ ...question, again: true }, '\u0004');
    expect(again.answer).toBeNull();
    expect(again.shown).toContain(`That was not accepted. ${prompt}`);
  });

  it('may be empty', async () => {
    expect((await answered({ kind: 'password', ...first }, '\r')).answer).toEqual(['']);
  });

  it('of a key file that does not tell its public key comes with the reason', async () => {
    const question = {
      kind: 'passphrase',
      keyFile: '/k/id',
      isHidden: true,
      again: false,
    } as const;
    expect((await answered(question, 'x\r')).shown).toMatch(/The server took no other key/);
  });
});

describe('a server’s own questions', () => {
  const question: Question = {
    kind: 'prompts',
    host: 'db1',
    name: '',
    instructions: 'Two\u001bfactors',
    prompts: [
      { text: 'Password: ', echo: false },
      { text: 'Token\u001b: ', echo: true },
    ],
  };

  it('are asked in their order, and only what may be seen is', async () => {
    const secret = newSecret('password');
    const { answer, shown } = await answered(question, `${secret}\r`, '123456\r');
    expect(answer).toEqual([secret, '123456']);
    expect(shown).toContain('Two\\x1bfactors');
    expect(shown).toContain('db1: Password: ');
    expect(shown).toContain('db1: Token\\x1b: ');
    expect(shown).toContain('123456');
    expect(shown).not.toContain(secret);
  });

  it('stay unanswered where the person gives up in the middle', async () => {
    expect((await answered(question, 'x\r', '\u0004')).answer).toBeNull();
  });

  it('are introduced as its own words, without an empty line where it has no instructions', async () => {
    const { shown } = await answered({ ...question, instructions: '' }, 'x\r', 'y\r');
    const said = shown.replaceAll(/\u001b\[\d*[A-Z]/g, '').split('\r\n');
    expect(said[0]).toMatch(/^db1 asks\. These are the server’s own words/);
    expect(said[1]).toMatch(/^db1: Password: /);
  });

  it('are shown in part where they are long, by a terminal too', async () => {
    const long = 'Password for sudo of root on db1: '.repeat(1000);
    const prompts = [{ text: long, echo: true }];
    const { answer, shown } = await answered({ ...question, instructions: long, prompts }, 'x\r');
    expect(answer).toEqual(['x']);
    expect(shown.length).toBeLessThan(2000);
    expect(shown).toMatch(/^(?:\u001b\[\d*[A-Z])*db1 asks\. These are the server’s own words/);
  });
});

describe('without a terminal', () => {
  it('nobody is asked', async () => {
    const ask = askerHere('/nowhere/tty');
    expect(ask.unattended).toBe(true);
    expect(await ask(unknownKey)).toBeNull();
  });

  it('OpenSSH is chosen where the configuration needs it, and that is said', async () => {
    const said: string[] = [];
    const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said.push(String(text));
      return true;
    });
    const ask = askerHere('/nowhere/tty');
    const needs = ['proxy-command'] as const;
    const answer = await ask({ kind: 'transport', host: 'a\u0007', key: 'a', needs });
    spy.mockRestore();
    expect(answer).toEqual(['openssh']);
    expect(said.join('')).toMatch(/^klpscope: a\\x07: .*a ProxyCommand.*--transport ssh2.*\n$/);
  });
});

it('a terminal that is closed while its question stands there answers nothing', async () => {
  const terminal = await openTestTerminal();
  const answer = askerHere(terminal.path)(unknownKey);
  await shows(terminal.shown, /no\)\? /);
  terminal.hangUp();
  expect(await answer).toBeNull();
});

it('with a terminal there is somebody', async () => {
  expect(askerHere((await openTestTerminal()).path).unattended).toBeUndefined();
});
