/**
 * Logging in: none, keys (agent, then files), the server's own questions, a password. Begins only
 * after the host's key was verified: ssh2 asks for nothing before.
 */
import type { AnyAuthMethod, AuthenticationType, NextAuthHandler, Prompt } from 'ssh2';
import { promptLimits } from '../../shared/api/prompts';
import { capText } from '../../shared/readings/text';
import { Identities, type IdentityOptions } from './identities';
import type { Ask } from './questions';

export interface Login extends Omit<IdentityOptions, 'ask'> {
  readonly user: string;
  /** For questions: what the user calls the host. */
  readonly host: string;
  readonly usesKeys: boolean;
  readonly ask: Ask;
  /** No way is left. */
  readonly onExhausted: () => void;
}

const attempts = 3;

type Stage = 'none' | 'keys' | 'hidden-keys' | 'questions' | 'password' | 'done';

export class Authentication {
  /** A human was asked something and answered. */
  neededHuman = false;
  /** An answer was wanted, and nobody gave it. */
  lacksAnswer = false;
  /** So many prompts at once that nobody is asked; null: it asks for no more than is passed on. */
  tooManyPrompts: number | null = null;
  /** What the server would still have taken, in its own words. */
  offered: readonly string[] = [];
  private readonly identities: Identities;
  private stage: Stage = 'none';
  private rounds = 0;

  constructor(private readonly login: Login) {
    this.identities = new Identities({ ...login, ask: (question) => this.ask(question) });
  }

  /** The next method for ssh2, which calls this before each. */
  readonly next = (
    left: readonly AuthenticationType[] | null,
    _isPartial: boolean | null,
    next: NextAuthHandler,
  ): void => {
    if (left) this.offered = left;
    void this.offer(next);
  };

  private async offer(next: NextAuthHandler): Promise<void> {
    const method = await this.choose();
    if (method) next(method);
    else this.login.onExhausted();
  }

  private async choose(): Promise<AnyAuthMethod | null> {
    const { user: username } = this.login;
    for (;;) {
      switch (this.stage) {
        case 'none':
          this.stage = 'keys';
          return { type: 'none', username };
        case 'keys':
          this.stage = 'hidden-keys';
          if (this.login.usesKeys && this.takes('publickey')) {
            return { type: 'agent', username, agent: this.identities };
          }
          break;
        case 'hidden-keys':
          this.stage = 'questions';
          if (
            this.login.usesKeys &&
            this.takes('publickey') &&
            !this.identities.hasSigned &&
            this.identities.beginSecondRound()
          ) {
            return { type: 'agent', username, agent: this.identities };
          }
          break;
        case 'questions':
          if (this.identities.lacksPassphrase) this.lacksAnswer = true;
          if (this.lacksAnswer || this.rounds >= attempts || !this.asks()) {
            this.stage = this.rounds > 0 || this.lacksAnswer ? 'done' : 'password';
            this.rounds = 0;
            break;
          }
          this.rounds += 1;
          return { type: 'keyboard-interactive', username, prompt: this.prompt };
        case 'password': {
          const password = this.takes('password') ? await this.password() : null;
          if (password === null) this.stage = 'done';
          else return { type: 'password', username, password };
          break;
        }
        case 'done':
          return null;
      }
    }
  }

  private takes(method: string): boolean {
    return this.offered.includes(method);
  }

  /**
   * After a key that was only one of several steps ssh2 does not say what is left; it is asked for
   * then as well.
   */
  private asks(): boolean {
    return this.takes('keyboard-interactive') || this.identities.hasSigned;
  }

  private async password(): Promise<string | null> {
    if (this.lacksAnswer || this.rounds >= attempts) return null;
    this.rounds += 1;
    const { user, host } = this.login;
    const [password] =
      (await this.ask({ kind: 'password', user, host, again: this.rounds > 1 })) ?? [];
    return password ?? null;
  }

  private readonly prompt = (
    name: string,
    instructions: string,
    _language: string,
    prompts: Prompt[],
    finish: (answers: string[]) => void,
  ): void => {
    if (prompts.length === 0) {
      finish([]);
      return;
    }
    if (prompts.length > promptLimits.count) {
      this.tooManyPrompts = prompts.length;
      this.login.onExhausted();
      return;
    }
    const question = {
      kind: 'prompts' as const,
      host: this.login.host,
      name: capText(name, promptLimits.text),
      instructions: capText(instructions, promptLimits.text),
      prompts: prompts.map(({ prompt, echo }) => ({
        text: capText(prompt, promptLimits.text),
        echo: echo === true,
      })),
    };
    // Fewer answers than prompts end this method; the next one is tried, or none.
    void this.ask(question).then((answers) => finish([...(answers ?? prompts.map(() => ''))]));
  };

  private async ask(question: Parameters<Ask>[0]): Promise<readonly string[] | null> {
    if (this.lacksAnswer) return null;
    const answer = await this.login.ask(question);
    if (answer) this.neededHuman = true;
    else this.lacksAnswer = true;
    return answer;
  }
}
