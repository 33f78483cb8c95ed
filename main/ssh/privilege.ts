/**
 * Starting the probe as root. A password goes only to a sudo that asks with a prompt of our own, on
 * its input, and is never an argument. The program follows on the same input, once sudo has let us
 * in: so sudo's log shows one short command.
 */
import { randomBytes } from 'node:crypto';
import { fail, succeed, type Problem, type Result } from '../../shared/readings/problem';
import { capText, visible } from '../../shared/readings/text';
import { firstRequest } from '../probe/liveHost';
import { ProbeSession, type Answer, type SessionLimits } from '../probe/session';
import { programText, startArguments, startCommand } from '../probe/start';
import type { Ask } from './questions';
import type { Channel, Command, Transport } from './transport';

export interface ProbeOptions {
  readonly useSudo: boolean;
  readonly user: string;
  /** What the user calls the host. */
  readonly host: string;
  readonly ask: Ask;
  readonly limits?: SessionLimits;
  /** Hears that a human had to answer. */
  readonly onHuman: () => void;
}

export interface StartedProbe {
  readonly session: ProbeSession;
  readonly first: Promise<Result<Answer>>;
}

const attempts = 3;

export async function startProbe(
  transport: Transport,
  options: ProbeOptions,
): Promise<Result<StartedProbe>> {
  return options.useSudo && options.user !== 'root'
    ? startThroughSudo(transport, options)
    : startPlainly(transport, options);
}

async function startPlainly(
  transport: Transport,
  options: ProbeOptions,
): Promise<Result<StartedProbe>> {
  const nonce = newNonce();
  const program = programText(nonce, firstRequest);
  const channel = await transport.exec({
    line: startCommand(program),
    argv: ['sh', ...startArguments(program)],
  });
  if (!channel.ok) return channel;
  return ProbeSession.open(channel.value, nonce, firstRequest, options.limits);
}

async function startThroughSudo(
  transport: Transport,
  options: ProbeOptions,
): Promise<Result<StartedProbe>> {
  const silent = await enterSudo(transport, options, null);
  if (silent.ok || silent.problem.code !== 'sudo-password-needed') return follow(silent, options);
  const password = await askPassword(options, false);
  if (password === null) return silent;
  return follow(await enterSudo(transport, options, password), options);
}

async function follow(
  entered: Result<Channel>,
  options: ProbeOptions,
): Promise<Result<StartedProbe>> {
  if (!entered.ok) return entered;
  const nonce = newNonce();
  entered.value.stdin.write(`${programText(nonce, firstRequest)}\n`);
  return ProbeSession.open(entered.value, nonce, firstRequest, options.limits);
}

async function askPassword(
  { ask, user, host, onHuman }: ProbeOptions,
  again: boolean,
): Promise<string | null> {
  const [password] = (await ask({ kind: 'sudo-password', user, host, again })) ?? [];
  if (password === undefined) return null;
  onHuman();
  return password;
}

/** The words of a sudo that lets in print `ready`; the shell behind reads its program from its input. */
function sudoCommand(ready: string, prompt: string | null): Command {
  const script = `echo ${ready}; exec sh -s`;
  const asking = prompt === null ? ['-n'] : ['-S', '-p', prompt];
  const words = ['env', 'LC_ALL=C', 'sudo', ...asking, '--', 'sh', '-c'];
  return { argv: [...words, script], line: [...words, `'${script}'`].join(' ') };
}

async function enterSudo(
  transport: Transport,
  options: ProbeOptions,
  password: string | null,
): Promise<Result<Channel>> {
  const ready = `klpscope-ready-${newNonce()}`;
  const prompt = password === null ? null : `klpscope-password-${newNonce()}:`;
  const opened = await transport.exec(sudoCommand(ready, prompt));
  if (!opened.ok) return opened;
  return listen(opened.value, options, { ready: `${ready}\n`, prompt, password });
}

interface Words {
  readonly ready: string;
  readonly prompt: string | null;
  readonly password: string | null;
}

function listen(channel: Channel, options: ProbeOptions, words: Words): Promise<Result<Channel>> {
  const limitMs = options.limits?.startMs ?? 20_000;
  return new Promise((resolve) => {
    let said = '';
    let complained = '';
    let heard = 0;
    let given = 0;
    const hearReady = (chunk: Buffer) => {
      said += chunk.toString('latin1');
      const at = said.indexOf(words.ready);
      if (at === -1) return;
      const rest = said.slice(at + words.ready.length);
      settle(succeed(channel));
      if (rest !== '') channel.stdout.unshift(Buffer.from(rest, 'latin1'));
    };
    const hearPrompt = (chunk: Buffer) => {
      complained += chunk.toString('latin1');
      if (words.prompt === null) return;
      const at = complained.indexOf(words.prompt, heard);
      if (at === -1) return;
      heard = at + words.prompt.length;
      clearTimeout(timer);
      void answerPrompt();
    };
    const answerPrompt = async () => {
      given += 1;
      const password = given === 1 ? words.password : await askPassword(options, true);
      if (password !== null && given <= attempts) {
        channel.stdin.write(`${password}\n`);
        return;
      }
      settle(
        fail(
          'sudo-password-needed',
          options.host,
          `sudo on ${options.host} wants a password, and none was given.`,
        ),
      );
      channel.close();
    };
    const timer = setTimeout(() => {
      settle(
        fail(
          'timeout',
          options.host,
          `sudo on ${options.host} did not answer within ${limitMs / 1000} s.`,
        ),
      );
      channel.close();
    }, limitMs);
    const settle = (result: Result<Channel>) => {
      clearTimeout(timer);
      channel.stdout.off('data', hearReady);
      channel.stderr.off('data', hearPrompt);
      channel.stdout.pause();
      channel.stderr.pause();
      resolve(result);
    };
    channel.stdout.on('data', hearReady);
    channel.stderr.on('data', hearPrompt);
    channel.stdout.resume();
    channel.stderr.resume();
    void channel.ended.then(({ problem }) =>
      settle({ ok: false, problem: problem ?? refusal(complained || said, options) }),
    );
  });
}

/** sudo's own messages, in the C locale: plugins/sudoers/{auth/sudo_auth,sudoers}.c and src/sudo.c. */
function refusal(text: string, { host, user }: ProbeOptions): Problem {
  const who = `${user}@${host}`;
  const because = (code: Problem['code'], message: string): Problem => ({
    code,
    path: host,
    message,
  });
  if (/a password is required|no password was provided/.test(text)) {
    return because('sudo-password-needed', `sudo on ${host} wants a password of ${user}.`);
  }
  if (/must have a tty/.test(text)) {
    return because(
      'sudo-refused',
      `sudo on ${host} works on a terminal only (requiretty). Ask for “Defaults:${user} !requiretty”, or log in as root.`,
    );
  }
  if (/incorrect password attempt/.test(text)) {
    return because('sudo-refused', `sudo on ${host} did not accept the password of ${user}.`);
  }
  if (/not in the sudoers|may not run sudo|not allowed to (?:run|execute)/.test(text)) {
    return because('sudo-refused', `${who} may not use sudo.`);
  }
  if (/sudo.*(?:not found|No such file)/i.test(text)) {
    return because(
      'sudo-refused',
      `There is no sudo on ${host}; log in as root to see everything.`,
    );
  }
  const line = text.trim().split('\n').at(-1) ?? '';
  return because(
    'sudo-refused',
    `sudo on ${host} refused${line === '' ? '' : `: ${visible(capText(line, 200))}`}.`,
  );
}

function newNonce(): string {
  return randomBytes(8).toString('hex');
}
