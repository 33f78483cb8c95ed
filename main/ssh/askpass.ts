/**
 * Answers the questions of the system's `ssh`: a helper program in a folder of its own, which hands
 * each question to us through a pipe and waits for the answer on another.
 */
import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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
  /** Hears questions from now on. */
  listen(): void;
  /** Hears none until it is told to listen again. */
  rest(): void;
  close(): void;
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
  // Opened for both, so that neither open waits for the helper. Read as files and not as a socket,
  // which would close its number behind the back of a thread that closes all its files at its end.
  const flags = constants.O_RDWR | constants.O_NONBLOCK;
  const answers = openSync(answerPipe, flags);
  const questions = openSync(questionPipe, flags);
  const desk = new AskpassDesk(options);
  const reply = async (question: string) => {
    const answer = await desk.answer(question);
    if (isOpen) writeSync(answers, answer === null ? '-\n' : `+${answer}\n`);
  };
  let isOpen = true;
  let received = '';
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    received += readAvailable(questions);
    const end = received.indexOf('\0');
    if (end === -1) return;
    const text = received.slice(0, end);
    received = received.slice(end + 1);
    void reply(text);
  };
  const rest = () => {
    clearInterval(timer);
    timer = undefined;
  };
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
    listen() {
      timer ??= setInterval(look, lookMs);
    },
    rest,
    close() {
      rest();
      if (!isOpen) return;
      isOpen = false;
      closeSync(answers);
      closeSync(questions);
      rmSync(folder, { recursive: true, force: true });
      left();
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

/** Milliseconds between two looks for a question, while a login runs. */
const lookMs = 40;

/** What a pipe holds at the moment. */
function readAvailable(pipe: number): string {
  const chunk = Buffer.alloc(65_536);
  try {
    return chunk.toString('utf8', 0, readSync(pipe, chunk));
  } catch {
    // Nothing (EAGAIN).
    return '';
  }
}

function makePipes(paths: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('mkfifo', ['-m', '600', ...paths], (error) => resolve(error === null));
  });
}
