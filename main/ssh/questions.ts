/** What only a human can answer. The command line and the window each have their way to ask. */
import { promptLimits } from '../../shared/api/prompts';
import type { OpenSshNeed } from '../../shared/api/openSsh';

export type Question =
  | {
      readonly kind: 'host-key';
      readonly host: string;
      readonly port: number;
      readonly keyType: string;
      /** `SHA256:…`. */
      readonly fingerprint: string;
      readonly verdict: 'unknown' | 'other-key-type' | 'ca-only';
      /** Files that were looked in. */
      readonly files: readonly string[];
    }
  | {
      /** Which SSH to use for a host whose configuration has what ssh2 can't do. */
      readonly kind: 'transport';
      /** What the user calls the host. */
      readonly host: string;
      /** Under which name the answer may be remembered. */
      readonly key: string;
      readonly needs: readonly OpenSshNeed[];
    }
  | {
      readonly kind: 'passphrase';
      readonly keyFile: string;
      /** The file does not tell its public key: whether the server would take it is not known. */
      readonly isHidden: boolean;
      /** The passphrase given before was wrong. */
      readonly again: boolean;
    }
  | {
      readonly kind: 'password';
      readonly user: string;
      readonly host: string;
      readonly again: boolean;
    }
  | {
      readonly kind: 'sudo-password';
      readonly user: string;
      readonly host: string;
      readonly again: boolean;
    }
  | {
      /** A server's own questions: what they ask for is the server's to say. */
      readonly kind: 'prompts';
      readonly host: string;
      readonly name: string;
      readonly instructions: string;
      readonly prompts: readonly { readonly text: string; readonly echo: boolean }[];
    };

/**
 * `host-key` is answered `accept` or `accept-and-save`, `transport` `openssh` or `ssh2`, `prompts` by
 * as many texts as were asked, all others by one text. Null: cancelled, or there is nobody to ask.
 */
export interface Ask {
  (question: Question): Promise<readonly string[] | null>;
  /** There is nobody: what stays unanswered was not declined. */
  readonly unattended?: true;
}

/** There is nobody: every question stays unanswered. */
export const nobody: Ask = Object.assign(() => Promise.resolve(null), {
  unattended: true as const,
});

/** @param atOnce prompts of one round; absent: they are not told in rounds */
export function tooManyWords(atOnce = 0): string {
  return atOnce > promptLimits.count
    ? `the server asks ${atOnce} questions at once; at most ${promptLimits.count} are passed on.`
    : `the server asks more than ${promptLimits.perLogin} questions; nobody is asked any more.`;
}
