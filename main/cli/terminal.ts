/** Asks a person at the terminal, and nobody where there is no terminal. */
import { createWriteStream, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { visible } from '../../shared/readings/text';
import type { Ask, Question } from '../ssh/questions';

/** Questions go to the terminal itself, so that standard output stays the document's alone. */
const terminal = '/dev/tty';

/** Null where there is no terminal, or the person gave up. */
export const askOnTerminal: Ask = async (question) => {
  const asker = openTerminal();
  if (!asker) return null;
  try {
    return await answerTo(question, asker);
  } finally {
    asker.close();
  }
};

interface Asker {
  say(text: string): void;
  /** One line; null at end of input. */
  ask(prompt: string, echo: boolean): Promise<string | null>;
  close(): void;
}

async function answerTo(question: Question, asker: Asker): Promise<readonly string[] | null> {
  switch (question.kind) {
    case 'host-key': {
      asker.say(hostKeyText(question));
      const answer = await asker.ask('Accept this key (yes, save, no)? ', true);
      if (answer === 'yes') return ['accept'];
      return answer === 'save' ? ['accept-and-save'] : null;
    }
    case 'passphrase':
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
      if (question.instructions !== '') asker.say(visible(question.instructions));
      const answers: string[] = [];
      for (const { text, echo } of question.prompts) {
        const answer = await asker.ask(`${visible(question.host)}: ${visible(text)}`, echo);
        if (answer === null) return null;
        answers.push(answer);
      }
      return answers;
    }
  }
}

function again({ again: isAgain }: { readonly again: boolean }): string {
  return isAgain ? 'That was not accepted. ' : '';
}

async function one(asker: Asker, prompt: string): Promise<readonly string[] | null> {
  const answer = await asker.ask(prompt, false);
  return answer === null ? null : [answer];
}

function hostKeyText(question: Extract<Question, { kind: 'host-key' }>): string {
  const { host, port, keyType, fingerprint, files } = question;
  const looked = files.length === 0 ? 'no file' : files.map(visible).join(', ');
  return [
    `The ${visible(keyType)} key of ${visible(host)} (port ${port}) is not known.`,
    `  ${visible(fingerprint)}`,
    `  looked for in ${looked}`,
    '“yes” keeps it for Klpscope, “save” also in known_hosts.',
  ].join('\n');
}

function openTerminal(): Asker | null {
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
  return {
    say: (text) => void output.write(`${text}\n`),
    ask: (prompt, echo) =>
      new Promise((resolve) => {
        const closed = () => resolve(null);
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
