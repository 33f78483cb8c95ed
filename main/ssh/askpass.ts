/**
 * Answers the questions of the system's `ssh`: a helper program in a folder of its own, which hands
 * each question to us through a pipe and waits for the answer on another.
 *
 * A helper that gives a host-key question any other answer than yes, no or the fingerprint is asked
 * again without end, so the number of questions is limited.
 */
import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, write } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, succeed, type Result } from '../../shared/readings/problem';
import type { HostAddress, HostSettings } from './config';
import type { HostKeyRules } from './hostKeys';
import type { Ask, Question } from './questions';

export interface Askpass {
  readonly environment: NodeJS.ProcessEnv;
  /** For keys that are accepted; ssh appends to it. */
  readonly knownHosts: string;
  readonly neededHuman: () => boolean;
  /** An answer was wanted, and nobody gave it. */
  readonly lacksAnswer: () => boolean;
  close(): Promise<void>;
}

export interface AskpassOptions {
  readonly address: HostAddress;
  readonly settings: HostSettings;
  readonly rules: HostKeyRules;
  readonly ask: Ask;
}

const mostQuestions = 12;

const script = `#!/bin/sh
printf '%s\\0' "$1" >"$KLPSCOPE_ASKPASS/question"
IFS= read -r answer <"$KLPSCOPE_ASKPASS/answer" || exit 1
case $answer in
+*) printf '%s\\n' "\${answer#+}" ;;
*) exit 1 ;;
esac
`;

export async function openAskpass(options: AskpassOptions): Promise<Result<Askpass>> {
  const folder = await mkdtemp(join(tmpdir(), 'klpscope-askpass-'));
  const helper = join(folder, 'askpass');
  await writeFile(helper, script, { mode: 0o700 });
  const questionPipe = join(folder, 'question');
  const answerPipe = join(folder, 'answer');
  if (!(await makePipes([questionPipe, answerPipe]))) {
    await rm(folder, { recursive: true, force: true });
    return fail(
      'authentication-failed',
      null,
      'The helper for ssh’s questions could not be set up.',
    );
  }
  // Opened for both, so that neither open waits for the helper.
  const flags = constants.O_RDWR | constants.O_NONBLOCK;
  const answers = openSync(answerPipe, flags);
  const reader = new Socket({
    fd: openSync(questionPipe, flags),
    readable: true,
    writable: false,
  });
  const desk = new Desk(options);
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
    knownHosts: join(folder, 'known_hosts'),
    neededHuman: () => desk.neededHuman,
    lacksAnswer: () => desk.lacksAnswer,
    async close() {
      reader.destroy();
      closeSync(answers);
      await rm(folder, { recursive: true, force: true });
    },
  });
}

function makePipes(paths: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('mkfifo', ['-m', '600', ...paths], (error) => resolve(error === null));
  });
}

class Desk {
  neededHuman = false;
  lacksAnswer = false;
  private asked = 0;
  private last = '';

  constructor(private readonly options: AskpassOptions) {}

  /** @returns null: no answer, which ends this way of logging in */
  async answer(text: string): Promise<string | null> {
    this.asked += 1;
    const isAgain = text === this.last;
    this.last = text;
    if (this.asked > mostQuestions) return null;
    if (/\(yes\/no/.test(text)) return (await this.mayAccept(text)) ? 'yes' : 'no';
    if (/Please type 'yes'/.test(text)) return 'no';
    if (this.lacksAnswer) return null;
    const [answer] = (await this.options.ask(this.question(text, isAgain))) ?? [];
    if (answer === undefined) this.lacksAnswer = true;
    else this.neededHuman = true;
    return answer === undefined || answer.includes('\n') ? null : answer;
  }

  /** `--accept-new` accepts only a host of which nothing at all is known. */
  private async mayAccept(text: string): Promise<boolean> {
    const { settings, rules, ask } = this.options;
    const [, type = '', fingerprint = ''] =
      /(\S+) key fingerprint is:?\s+(SHA256:\S+?)\.?\s/.exec(`${text}\n`) ?? [];
    if (fingerprint === '') return false;
    if (rules.acceptNew && !/known by the following other|differs/.test(text)) return true;
    const answer = await ask({
      kind: 'host-key',
      host: settings.hostname,
      port: settings.port,
      keyType: type,
      fingerprint,
      verdict: 'unknown',
      files: rules.files,
    });
    const [word] = answer ?? [];
    if (word === undefined) return false;
    this.neededHuman = true;
    return word === 'accept' || word === 'accept-and-save';
  }

  private question(text: string, again: boolean): Question {
    const { address, settings } = this.options;
    const [, keyFile] = /^Enter passphrase for (?:key )?'?([^':]+)'?:/.exec(text) ?? [];
    if (keyFile !== undefined) return { kind: 'passphrase', keyFile, again };
    if (/^\S+@\S+'s password: ?$/.test(text)) {
      return { kind: 'password', user: settings.user, host: address.host, again };
    }
    return {
      kind: 'prompts',
      host: address.host,
      name: '',
      instructions: '',
      prompts: [{ text, echo: false }],
    };
  }
}
