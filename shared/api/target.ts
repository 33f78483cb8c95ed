/**
 * The grammar of targets: what a person types to say what is to be read.
 *
 * `local` · `dir:PATH` · the path of a file or folder, which is known by its content · `-`, the same
 * from standard input · `demo[:SCENARIO]` · `demo:FILE`, a scenario's file · a host, as `ssh` takes it:
 * `[user@]host[:port]`, `ssh://[user@]host[:port]`, IPv6 in brackets.
 */
import { fail, succeed, type Result } from '../base/problem';

export type Target =
  | { readonly kind: 'local'; readonly text: string }
  | { readonly kind: 'directory'; readonly text: string; readonly path: string }
  /** A file, or a folder: what is in it says which. */
  | { readonly kind: 'file'; readonly text: string; readonly path: string }
  /** Standard input, of a command. */
  | { readonly kind: 'input'; readonly text: string }
  | { readonly kind: 'demo'; readonly text: string; readonly scenario: string | null }
  | { readonly kind: 'scenario'; readonly text: string; readonly path: string }
  | {
      readonly kind: 'ssh';
      readonly text: string;
      readonly user: string | null;
      readonly host: string;
      /** Null: what ssh's configuration says, or 22. */
      readonly port: number | null;
    };

/**
 * What can only be a path, and the names that saved states usually have. Of any other word without a
 * separator of folders it can't be told from the text alone: it names a host.
 */
const pathForm = /^[/~.]|[\\/]/;
const usualName = /\.(?:tar|tar\.(?:gz|xz|zst|bz2)|tgz|txz|tzst|tbz2?|klprec|json)$/i;

/** `[user@]host[:port]`; a host in brackets may hold colons. */
const hostForm =
  /^(?:(?<user>[^@\s/]+)@)?(?:\[(?<ipv6>[0-9a-fA-F:.%a-z]+)\]|(?<name>[^@:\s/[\]]+))(?::(?<port>\d{1,5}))?$/;

type Kind = Target['kind'];

/**
 * How each kind is written, in the order in which they are tried: null where the text is not of that
 * kind, a problem where it is and is wrong.
 */
const grammar: Readonly<Record<Kind, (text: string) => Result<Target> | null>> = {
  local: (text) => (text === 'local' ? succeed({ kind: 'local', text }) : null),
  directory: (text) => (text.startsWith('dir:') ? directory(text) : null),
  demo: (text) => {
    if (text === 'demo') return succeed({ kind: 'demo', text, scenario: null });
    const name = storyIn(text);
    return name === null || isScenarioPath(name)
      ? null
      : succeed({ kind: 'demo', text, scenario: name });
  },
  scenario: (text) => {
    const path = storyIn(text);
    return path !== null && isScenarioPath(path) ? succeed({ kind: 'scenario', text, path }) : null;
  },
  input: (text) => (text === '-' ? succeed({ kind: 'input', text }) : null),
  file: (text) => (isPath(text) ? succeed({ kind: 'file', text, path: text }) : null),
  ssh: (text) => host(text),
};

/** @returns `not-found` with the reason where the text is no target */
export function parseTarget(text: string): Result<Target> {
  if (text === '') return fail('not-found', null, 'No target was given.');
  if (text.includes('\0')) return fail('not-found', null, 'A target can’t hold a NUL character.');
  for (const read of Object.values(grammar)) {
    const target = read(text);
    if (target !== null) return target;
  }
  return fail('not-found', text, `${text} is no target.`);
}

function isPath(text: string): boolean {
  return !text.startsWith('ssh://') && (pathForm.test(text) || usualName.test(text));
}

function directory(text: string): Result<Target> {
  const path = text.slice('dir:'.length);
  return path === ''
    ? fail('not-found', text, 'dir: needs a path, such as dir:/tmp/capture.')
    : succeed({ kind: 'directory', text, path });
}

/** What follows `demo:`; null where the text begins otherwise. */
function storyIn(text: string): string | null {
  return text.startsWith('demo:') ? text.slice('demo:'.length) : null;
}

/** A path ends in `.json` or has a separator of folders; no name of a story does. */
function isScenarioPath(name: string): boolean {
  return /[/\\]|\.json$/i.test(name);
}

function host(text: string): Result<Target> {
  const address = text.replace(/^ssh:\/\//, '').replace(/\/$/, '');
  const parts = hostForm.exec(address)?.groups;
  const name = parts?.['ipv6'] ?? parts?.['name'];
  const port = parts?.['port'] === undefined ? null : Number(parts['port']);
  const user = parts?.['user'] ?? null;
  if (name === undefined) return fail('not-found', text, `${text} is no target.`);
  // OpenSSH would take such a name for an option.
  if (name.startsWith('-') || user?.startsWith('-')) {
    return fail('not-found', text, `${text} is no target: a host name can’t begin with “-”.`);
  }
  if (port !== null && (port < 1 || port > 65_535)) {
    return fail('not-found', text, `${text} is no target: a port lies between 1 and 65535.`);
  }
  return succeed({ kind: 'ssh', text, user, host: name, port });
}
