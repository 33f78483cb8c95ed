/** Asks a person at the terminal, and nobody where there is no terminal. */
import { closeSync, createWriteStream, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { needsInWords } from '../../shared/api/openSsh';
import { capText, visible } from '../../shared/base/text';
import type { Ask, Question } from '../ssh/questions';

/**
 * Whom a command may ask; without a terminal that is nobody.
 *
 * @param terminal questions go to the terminal itself, so that standard output stays the document's
 *   alone
 */
export function askerHere(terminal = '/dev/tty'): Ask {
  const ask: Ask = (question) => askOn(terminal, question);
  return hasTerminal(terminal) ? ask : Object.assign(ask, { unattended: true as const });
}

function hasTerminal(terminal: string): boolean {
  try {
    closeSync(openSync(terminal, 'r'));
    return true;
  } catch {
    return false;
  }
}

/** Null where there is no terminal, or the person gave up. */
async function askOn(terminal: string, question: Question): ReturnType<Ask> {
  if (question.kind === 'transport') return chooseOpenSsh(question);
  const asker = openTerminal(terminal);
  if (!asker) return null;
  try {
    return await answerTo(question, asker);
  } finally {
    asker.close();
  }
}

/** Nothing that a person has to decide each time: it is said, and can be outweighed. */
function chooseOpenSsh({
  host,
  needs,
}: Extract<Question, { kind: 'transport' }>): readonly string[] {
  process.stderr.write(
    `klpscope: ${visible(host)}: its SSH configuration uses ${needsInWords(needs)}, which the built-in SSH can’t do; using the system’s OpenSSH (--transport ssh2 for the built-in one).\n`,
  );
  return ['openssh'];
}

interface Asker {
  say(text: string): void;
  /** One line; null at end of input. */
  ask(prompt: string, echo: boolean): Promise<string | null>;
  close(): void;
}

async function answerTo(
  question: Exclude<Question, { kind: 'transport' }>,
  asker: Asker,
): Promise<readonly string[] | null> {
  switch (question.kind) {
    case 'host-key': {
      asker.say(hostKeyText(question));
      const answer = await asker.ask('Accept this key (yes, save, no)? ', true);
      if (answer === 'yes') return ['accept'];
      return answer === 'save' ? ['accept-and-save'] : null;
    }
    case 'passphrase':
      if (question.isHidden) {
        asker.say(
          'The server took no other key; whether it takes this one, only its passphrase tells.',
        );
      }
      return one(asker, `${again(question)}Passphrase of ${visible(question.keyFile)}: `);
    case 'password':
      return one(
        asker,
        `${again(question)}Password of ${visible(question.user)} on ${visible(question.host)}: `,
      );
    case 'sudo-password':
      return one(
        asker,
        `${again(question)}Password for sudo of ${visible(question.user)} on ${visible(question.host)}: `,
      );
    case 'prompts': {
      asker.say(serverWords(question));
      const answers: string[] = [];
      for (const { text, echo } of question.prompts) {
        const capped = capText(text, 200);
        const prompt = `${visible(question.host)}: ${visible(capped)}`;
        const answer = await asker.ask(capped === text ? prompt : `${prompt}: `, echo);
        if (answer === null) return null;
        answers.push(answer);
      }
      return answers;
    }
  }
}

/** Before a server's own prompts, which might look like ours. */
function serverWords(question: Extract<Question, { kind: 'prompts' }>): string {
  return [
    `${visible(question.host)} asks. These are the server’s own words; Klpscope does not know what they ask for.`,
    ...[question.name, question.instructions]
      .filter((text) => text.trim() !== '')
      .map((text) => `${visible(question.host)}: ${visible(capText(text.trim(), 600))}`),
  ].join('\n');
}

function again({ again: isAgain }: { readonly again: boolean }): string {
  return isAgain ? 'That was not accepted. ' : '';
}

async function one(asker: Asker, prompt: string): Promise<readonly string[] | null> {
  const answer = await asker.ask(prompt, false);
  return answer === null ? null : [answer];
}

const verdictLines = {
  unknown: [],
  'other-key-type': [
    '  A key of another type is known: a new key of the host, or another machine.',
  ],
  'ca-only': [
    '  Only the authority that signs its keys is known; this key was not checked against it.',
  ],
} as const;

function hostKeyText(question: Extract<Question, { kind: 'host-key' }>): string {
  const { host, port, keyType, fingerprint, verdict, files } = question;
  const looked = files.length === 0 ? 'no file' : files.map(visible).join(', ');
  return [
    `The ${visible(keyType)} key of ${visible(host)} (port ${port}) is not known.`,
    `  ${visible(fingerprint)}`,
    `  looked for in ${looked}`,
    ...verdictLines[verdict],
    '“yes” keeps it for Klpscope alone, “save” in known_hosts.',
  ].join('\n');
}

function openTerminal(terminal: string): Asker | null {
  let input: ReadStream;
  try {
    input = new ReadStream(openSync(terminal, 'r'));
  } catch {
    return null;
  }
  const output = createWriteStream(terminal);
  let isShown = true;
  const muted = new Writable({
    write(chunk, _encoding, done) {
      if (isShown) output.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input, output: muted, terminal: true });
  // A terminal may be closed while its question stands there.
  const gone = new Promise<null>((resolve) => {
    const give = () => resolve(null);
    input.on('error', give);
    output.on('error', give);
    lines.on('error', give);
  });
  return {
    say: (text) => void output.write(`${text}\n`),
    ask: (prompt, echo) =>
      new Promise((resolve) => {
        const closed = () => resolve(null);
        void gone.then(closed);
        lines.once('close', closed);
        lines.question(prompt, (answer) => {
          lines.off('close', closed);
          if (!echo) output.write('\n');
          isShown = true;
          resolve(answer);
        });
        isShown = echo;
      }),
    close() {
      lines.close();
      input.destroy();
      output.end();
    },
  };
}
