/**
 * Answers the questions of the system's `ssh`: a helper program in a folder of its own, which hands
 * each question to us through a pipe and waits for the answer on another.
 */
import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, rmSync, write } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, succeed, type Result } from '../../shared/readings/problem';
import { AskpassDesk, type DeskOptions } from './askpassDesk';
import { atExit } from './atExit';

export interface Askpass {
  readonly environment: NodeJS.ProcessEnv;
  /** Tells the desk that the login is over; for a shell of any kind, with tokens of ssh_config(5). */
  readonly loginCommand: string;
  /** The configuration for `ssh`. */
  readonly config: string;
  /** For keys that are accepted; `ssh` appends to it. */
  readonly knownHosts: string;
  readonly desk: AskpassDesk;
  close(): Promise<void>;
}

/** A mere notice, such as to touch a security key, stays until `ssh` takes it away. */
const script = `#!/bin/sh
[ "$SSH_ASKPASS_PROMPT" = none ] && exec sleep 600
printf '%s\\0' "$1" >"$KLPSCOPE_ASKPASS/question"
IFS= read -r answer <"$KLPSCOPE_ASKPASS/answer" || exit 1
case $answer in
+*) printf '%s\\n' "\${answer#+}" ;;
*) exit 1 ;;
esac
`;

export async function openAskpass(options: DeskOptions): Promise<Result<Askpass>> {
  const made = await makeFolder();
  if (!made.ok) return made;
  const folder = made.value;
  const helper = join(folder, 'askpass');
  const questionPipe = join(folder, 'question');
  const answerPipe = join(folder, 'answer');
  if (!(await makePipes([questionPipe, answerPipe]))) {
    await rm(folder, { recursive: true, force: true });
    return noHelper('mkfifo failed');
  }
  const left = atExit(() => rmSync(folder, { recursive: true, force: true }));
  // Opened for both, so that neither open waits for the helper.
  const flags = constants.O_RDWR | constants.O_NONBLOCK;
  const answers = openSync(answerPipe, flags);
  const reader = new Socket({
    fd: openSync(questionPipe, flags),
    readable: true,
    writable: false,
  });
  const desk = new AskpassDesk(options);
  const reply = async (question: string) => {
    const answer = await desk.answer(question);
    write(answers, answer === null ? '-\n' : `+${answer}\n`, () => undefined);
  };
  let received = '';
  reader.on('data', (chunk: Buffer) => {
    received += chunk.toString('utf8');
    const end = received.indexOf('\0');
    if (end === -1) return;
    const text = received.slice(0, end);
    received = received.slice(end + 1);
    void reply(text);
  });
  reader.on('error', () => undefined);
  return succeed<Askpass>({
    environment: {
      ...process.env,
      LC_ALL: 'C',
      SSH_ASKPASS: helper,
      SSH_ASKPASS_REQUIRE: 'force',
      KLPSCOPE_ASKPASS: folder,
    },
    loginCommand: `'${helper.replaceAll('%', '%%')}' ${desk.loginMark}`,
    config: join(folder, 'config'),
    knownHosts: join(folder, 'known_hosts'),
    desk,
    async close() {
      // A second time it would close whatever has the number by then.
      if (!reader.destroyed) closeSync(answers);
      reader.destroy();
      left();
      await rm(folder, { recursive: true, force: true });
    },
  });
}

/** The helper's own folder, with the helper. */
async function makeFolder(): Promise<Result<string>> {
  try {
    const folder = await mkdtemp(join(tmpdir(), 'klpscope-askpass-'));
    await writeFile(join(folder, 'askpass'), script, { mode: 0o700 });
    return succeed(folder);
  } catch (error) {
    return noHelper(error instanceof Error ? error.message : String(error));
  }
}

function noHelper(why: string): Result<never> {
  const message = `The helper for ssh’s questions could not be set up: ${why}.`;
  return fail('authentication-failed', null, message);
}

function makePipes(paths: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('mkfifo', ['-m', '600', ...paths], (error) => resolve(error === null));
  });
}
