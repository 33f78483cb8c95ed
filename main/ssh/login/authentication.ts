/**
 * Logging in: none, keys (agent, then files), the server's own questions, a password. Begins only
 * after the host's key was verified: ssh2 asks for nothing before.
 */
import type { AnyAuthMethod, AuthenticationType, NextAuthHandler, Prompt } from 'ssh2';
import { promptLimits } from '../../../shared/api/prompts';
import { capText } from '../../../shared/base/text';
import type { LoginMethod } from '../config/config';
import { Identities, type IdentityOptions } from './identities';
import type { Ask } from '../questions';
import type { Trace } from '../trace';

export interface Login extends Omit<IdentityOptions, 'ask'> {
  readonly user: string;
  /** For questions: what the user calls the host. */
  readonly host: string;
  /** Ways that may be tried, in this order. */
  readonly methods: readonly LoginMethod[];
  readonly ask: Ask;
  /** Hears which ways are tried; absent: nobody does. */
  readonly trace?: Trace;
  /** No way is left. */
  readonly onExhausted: () => void;
}

type Stage = 'none' | 'keys' | 'hidden-keys' | 'questions' | 'password';

const stagesOf: Readonly<Record<LoginMethod, readonly Stage[]>> = {
  publickey: ['keys', 'hidden-keys'],
  'keyboard-interactive': ['questions'],
  password: ['password'],
};

/** In the protocol's words (RFC 4252); ssh2 calls keys after the agent that signs. */
function wayOf({ type }: AnyAuthMethod): string {
  return type === 'agent' ? 'publickey' : type;
}

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
  /** What is still to be tried, the present one first. */
  private readonly stages: Stage[];
  private rounds = 0;
  /** Prompts of the server's own so far. */
  private prompted = 0;

  constructor(private readonly login: Login) {
    this.identities = new Identities({ ...login, ask: (question) => this.ask(question) });
    this.stages = ['none', ...login.methods.flatMap((method) => stagesOf[method])];
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
    if (this.offered.length > 0) this.login.trace?.(`the server takes ${this.offered.join(', ')}`);
    const method = await this.choose();
    this.login.trace?.(method ? `login by ${wayOf(method)}` : 'no way to log in is left');
    if (method) next(method);
    else this.login.onExhausted();
  }

  private async choose(): Promise<AnyAuthMethod | null> {
    const { user: username } = this.login;
    for (;;) {
      const [stage] = this.stages;
      switch (stage) {
        case undefined:
          return null;
        case 'none':
          this.goOn();
          return { type: 'none', username };
        case 'keys':
          this.goOn();
          if (this.takes('publickey')) return { type: 'agent', username, agent: this.identities };
          break;
        case 'hidden-keys':
          this.goOn();
          if (
            this.takes('publickey') &&
            !this.identities.hasSigned &&
            this.identities.beginSecondRound()
          ) {
            return { type: 'agent', username, agent: this.identities };
          }
          break;
        case 'questions':
          if (this.mayAskAgain() && this.asks()) {
            this.rounds += 1;
            return { type: 'keyboard-interactive', username, prompt: this.prompt };
          }
          // Who has answered in vain isn't asked for the same as a password.
          if (this.rounds > 0) this.stages.splice(0);
          else this.goOn();
          break;
        case 'password': {
          const password = this.takes('password') ? await this.password() : null;
          if (password !== null) return { type: 'password', username, password };
          this.goOn();
          break;
        }
      }
    }
  }

  private goOn(): void {
    this.rounds = 0;
    this.stages.shift();
  }

  private mayAskAgain(): boolean {
    if (this.identities.lacksPassphrase) this.lacksAnswer = true;
    return !this.lacksAnswer && this.rounds < this.login.promptCount;
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
    if (!this.mayAskAgain()) return null;
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
    this.prompted += prompts.length;
    if (prompts.length > promptLimits.count || this.prompted > promptLimits.perLogin) {
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
