/**
 * Answers the questions of the system's `ssh`: programs in a folder of their own, each of which hands
 * its question to us through a pipe and waits for the answer on another.
 */
import { execFile } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { fail, succeed, type Result } from '../../../shared/base/problem';
import { AskpassPrompts, type AskpassPromptsOptions } from './askpassPrompts';
import { makeAskpassFolder, removeAbandonedFolders } from './askpassFolders';
import { askpassScripts, readSaid, type Said } from './askpassScripts';
import { atExit } from '../atExit';

export interface Askpass {
  readonly environment: NodeJS.ProcessEnv;
  /** For `KnownHostsCommand`. */
  readonly knownHostsProgram: string;
  /** For `LocalCommand`. */
  readonly loggedInProgram: string;
  /** The configuration for `ssh`. */
  readonly config: string;
  /** The app's own accepted keys, for `ssh`. */
  readonly knownHosts: string;
  readonly prompts: AskpassPrompts;
  /** Hears questions from now on. */
  listen(): void;
  /** Hears at once what was said so far: `ssh` may have ended just after. */
  hear(): void;
  /** Hears none until it is told to listen again, and leaves nobody waiting. */
  rest(): void;
  close(): void;
}

/** Reading and writing at once, so that an open of a pipe waits for nobody. */
const withoutWaiting = constants.O_RDWR | constants.O_NONBLOCK;

/** Characters of one thing that is said: those of a user's own command are most. */
const mostSaid = 8_388_608;

export async function openAskpass(options: AskpassPromptsOptions): Promise<Result<Askpass>> {
  removeAbandonedFolders();
  const made = makeFolder();
  if (!made.ok) return made;
  const folder = made.value;
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  // A signal may come before there is more than the folder.
  const notYet = atExit(removeFolder);
  const questionPipe = join(folder, 'question');
  const resting = join(folder, 'resting');
  if (!(await makePipe(questionPipe))) {
    removeFolder();
    notYet();
    return noHelper('mkfifo failed');
  }
  // Read as a file and not as a socket, which would close its number behind the back of a thread that
  // closes all its files at its end.
  const questions = openSync(questionPipe, withoutWaiting);
  const loggedInProgram = join(folder, 'logged-in');
  await run(process.env['SHELL'] || usualShell, ['-c', quoted(loggedInProgram)]);
  const canBeHeard = readAvailable(questions) !== '';
  const prompts = new AskpassPrompts(options);
  /** Open until the login is over: a pipe that is closed before it's read loses its answer. */
  const answerPipes = new Set<number>();
  let received = '';
  let timer: NodeJS.Timeout | undefined;

  const reply = async (said: Exclude<Said, { by: 'logged-in' }>) => {
    const pipe = openPipe(join(folder, `answer.${said.id}`));
    if (pipe === null) return;
    answerPipes.add(pipe);
    const answer =
      said.by === 'askpass' ? await prompts.answer(said.text) : await prompts.answerAboutKey(said);
    if (answerPipes.has(pipe)) writeSync(pipe, answer === null ? '-\n' : `+${answer}\n`);
  };
  const look = () => {
    received += readAvailable(questions);
    const read = received.length > mostSaid ? null : readSaid(received);
    received = read?.rest ?? '';
    for (const said of read?.said ?? []) {
      if (said.by === 'logged-in') prompts.noteLogin();
      else if (/^\d+$/.test(said.id)) void reply(said);
    }
  };
  const rest = () => {
    clearInterval(timer);
    timer = undefined;
    received = '';
    for (const pipe of answerPipes) closeSync(pipe);
    answerPipes.clear();
    // Somebody may tidy up the temporary files of a program that runs for weeks.
    if (!existsSync(folder)) return;
    writeFileSync(resting, '');
    readAvailable(questions);
    // Whoever has asked and was not heard gets the end of its pipe to read.
    for (const name of readdirSync(folder).filter((each) => each.startsWith('answer.'))) {
      const pipe = openPipe(join(folder, name));
      if (pipe !== null) closeSync(pipe);
    }
  };
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    rest();
    closeSync(questions);
    removeFolder();
    left();
  };
  const left = atExit(close);
  notYet();
  return succeed<Askpass>({
    environment: {
      ...process.env,
      LC_ALL: 'C',
      SSH_ASKPASS: join(folder, 'askpass'),
      SSH_ASKPASS_REQUIRE: 'force',
      // `ssh` has this shell run our `LocalCommand`: one that runs nothing would run no command of
      // the user's either.
      ...(canBeHeard ? {} : { SHELL: usualShell }),
    },
    knownHostsProgram: join(folder, 'known-hosts'),
    loggedInProgram,
    config: join(folder, 'config'),
    knownHosts: join(folder, 'known_hosts'),
    prompts,
    listen() {
      rmSync(resting, { force: true });
      timer ??= setInterval(look, lookMs);
    },
    hear() {
      if (timer) look();
    },
    rest,
    close,
  });
}

/** A folder with the programs in it. */
function makeFolder(): Result<string> {
  try {
    const folder = makeAskpassFolder();
    for (const [name, script] of Object.entries(askpassScripts)) {
      writeFileSync(join(folder, name), script, { mode: 0o700 });
    }
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

/** What a pipe holds at the moment, as latin1. */
function readAvailable(pipe: number): string {
  const chunk = Buffer.alloc(65_536);
  try {
    return chunk.toString('latin1', 0, readSync(pipe, chunk));
  } catch {
    // Nothing (EAGAIN).
    return '';
  }
}

/** Null where who asked has gone in the meantime. */
function openPipe(path: string): number | null {
  try {
    return openSync(path, withoutWaiting);
  } catch {
    return null;
  }
}

function makePipe(path: string): Promise<boolean> {
  return run('mkfifo', ['-m', '600', path]);
}

/** What `ssh` takes where SHELL is not set (_PATH_BSHELL). */
const usualShell = '/bin/sh';

/** For a shell of any kind. */
function quoted(path: string): string {
  return `'${path}'`;
}

/** @returns whether it ran, and ended well */
function run(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: 10_000 }, (error) => resolve(error === null));
    child.stdin?.end();
  });
}
