/**
 * Answers questions with secrets that a person wished to be remembered, and remembers new ones.
 *
 * A secret is stored only after the host was read with it, so a wrong one never is. A stored secret
 * answers once: if the same question comes again before the host was read, a person is asked. One
 * that turns out wrong is forgotten.
 */
import type { Host, Remembering } from '../../../shared/api/contract';
import type { Ask, Question } from '../../ssh/questions';
import type { SecretName, SecretStore } from './secretStore';

export interface RememberedSecrets {
  /** Whether an answer can be remembered; null: answers to this kind of question are never stored. */
  offer(question: Question): Remembering | null;
  /** Asks a person only where nothing is remembered. */
  answering(target: string, ask: Ask): Ask;
  /** What became of a host tells right answers from wrong ones. */
  heard(host: Host): void;
  /** @param target null: those of all hosts @returns how many were forgotten */
  forget(target: string | null): number;
}

/** A secret in use for a host that has not been read since. */
interface InUse {
  readonly name: SecretName;
  /** To be remembered if it is right; null: it is already. */
  readonly fresh: string | null;
}

export function createRememberedSecrets(store: SecretStore): RememberedSecrets {
  let inUse: readonly InUse[] = [];

  function release(which: (name: SecretName) => boolean): readonly InUse[] {
    const released = inUse.filter(({ name }) => which(name));
    inUse = inUse.filter(({ name }) => !which(name));
    return released;
  }

  /** It was wrong, whether remembered or about to be. */
  function drop(which: (name: SecretName) => boolean): void {
    const names = release(which).map(({ name }) => name);
    store.forget((name) => names.some((one) => isSame(one, name)));
  }

  return {
    offer: (question) => (nameOf('', question) === null ? null : store.remembering()),
    answering: (target, ask) => async (question) => {
      const name = nameOf(target, question);
      if (name === null) return ask(question);
      const isThis = (other: SecretName) => isSame(name, other);
      if ('again' in question && question.again) drop(isThis);
      else if (!inUse.some((each) => isThis(each.name))) {
        const remembered = store.read(name);
        if (remembered !== null) {
          inUse = [...inUse, { name, fresh: null }];
          return [remembered];
        }
      }
      const [secret, also] = (await ask(question)) ?? [];
      if (secret === undefined) return null;
      release(isThis);
      if (also === 'remember') inUse = [...inUse, { name, fresh: secret }];
      return [secret];
    },
    heard({ target, phase, problem, status, reconnecting }) {
      if (reconnecting) return;
      const isHere = (name: SecretName) => name.target === target;
      if (problem?.code === 'authentication-failed') {
        drop((name) => isHere(name) && name.kind === 'password');
      }
      // Lost before it could show: what is remembered may answer again.
      if (phase === 'failed') release(isHere);
      if (phase !== 'ready') return;
      if (status?.coverage.privileged !== true) {
        drop((name) => isHere(name) && name.kind === 'sudo-password');
      }
      for (const { name, fresh } of release(isHere)) if (fresh !== null) store.write(name, fresh);
    },
    forget(target) {
      const isMeant = (name: SecretName) => target === null || name.target === target;
      release(isMeant);
      return store.forget(isMeant);
    },
  };
}

/** Null where an answer is no secret, or one for a single time, as a server's own questions may be. */
function nameOf(target: string, question: Question): SecretName | null {
  switch (question.kind) {
    case 'passphrase':
      return { target, kind: question.kind, of: question.keyFile };
    case 'password':
    case 'sudo-password':
      return { target, kind: question.kind, of: `${question.user}@${question.host}` };
    default:
      return null;
  }
}

function isSame(one: SecretName, other: SecretName): boolean {
  return one.target === other.target && one.kind === other.kind && one.of === other.of;
}
