/**
 * The programs that the system's `ssh` starts for us. Each lies in a folder of one connection's own,
 * and tells us through the pipe `question` there what it was started with; its answer comes through
 * a pipe of its own, so that an answer that comes too late is nobody else's.
 *
 * What it says is words, each with a NUL behind it: its own name first, then the number of its pipe.
 * There is one program for each purpose, since `ssh` hands a server's words to `askpass`.
 */

/**
 * Once the login is over `ssh` is told nothing any more: not even a key, which must stay the same.
 *
 * Where we were killed there is nobody at the other end of the pipes, and to open one would wait for
 * ever: somebody looks whether the process still is there that the folder's name tells
 * (`askpassFolders.ts`), and ends the program where it isn't. Nothing of that may outlive the program:
 * it would hold the pipe open at whose end `ssh` takes the answer.
 */
const beginning = `#!/bin/sh
folder=\${0%/*}
[ -e "$folder/resting" ] && exit 1
words=\${folder%-*}
began=\${words##*-}
words=\${words%-*}
owner=\${words##*-}
lives() {
	case $owner in '' | *[!0-9]*) return 0 ;; esac
	stat=$(cat "/proc/$owner/stat" 2>/dev/null) || return 1
	stat=\${stat##*) }
	case $stat in [ZX]*) return 1 ;; esac
	set -- $stat
	[ "\${20}" = "$began" ]
}
lives || exit 1
(
	trap 'kill $!; exit' TERM
	while kill -0 $$; do
		sleep 1 &
		wait $!
		lives || kill $$
	done
) </dev/null >/dev/null 2>&1 &
watcher=$!
trap 'kill "$watcher" 2>/dev/null' EXIT
`;

/** "+" stands before an answer. */
const answer = `
IFS= read -r answer <"$pipe" || exit 1
rm -f "$pipe"
`;

const newPipe = `pipe=$folder/answer.$$
rm -f "$pipe"
mkfifo -m 600 "$pipe" || exit 1
`;

/** A mere notice, such as to touch a security key, stays until \`ssh\` takes it away. */
const askpass = `${beginning}
[ "$SSH_ASKPASS_PROMPT" = none ] && exec sleep 600
${newPipe}printf 'askpass\\0%s\\0%s\\0' $$ "$1" >"$folder/question"
${answer}case $answer in
+*) printf '%s\\n' "\${answer#+}" ;;
*) exit 1 ;;
esac
`;

/**
 * `KnownHostsCommand` of ssh_config(5), started with INVOCATION NAME KEY [COMMAND…]: the lines of the
 * user's own command, and for a key that is accepted here its line. A status other than 0 makes `ssh`
 * end the connection.
 */
const knownHosts = `${beginning}
invocation=$1 name=$2 key=$3
shift 3
lines=
if [ $# -gt 0 ]; then
	lines=$("$@") || exit 1
fi
[ -z "$lines" ] || printf '%s\\n' "$lines"
[ "$invocation" = ORDER ] && exit 0
${newPipe}printf 'known-hosts\\0%s\\0%s\\0%s\\0%s\\0%s\\0' $$ "$invocation" "$name" "$key" "$lines" >"$folder/question"
${answer}case $answer in
+) ;;
+*) printf '%s\\n' "\${answer#+}" ;;
*) exit 1 ;;
esac
`;

/** `LocalCommand` of ssh_config(5): the login of a host is over. */
const loggedIn = `${beginning}
printf 'logged-in\\0' >"$folder/question"
`;

export const askpassScripts = {
  askpass,
  'known-hosts': knownHosts,
  'logged-in': loggedIn,
} as const;

/** What one of the programs says. */
export type Said =
  | { readonly by: 'askpass'; readonly id: string; readonly text: string }
  | {
      readonly by: 'known-hosts';
      readonly id: string;
      /** Whether the name is the address that was connected to (CheckHostIP). */
      readonly isAddress: boolean;
      /** Under which the key is looked for, as in known_hosts. */
      readonly name: string;
      /** In base64. */
      readonly key: string;
      /** In the form of known_hosts: what the user's own command printed. */
      readonly lines: string;
    }
  | { readonly by: 'logged-in' };

/** Words of each, its own name among them. */
const wordCounts: ReadonlyMap<string, number> = new Map([
  ['askpass', 3],
  ['known-hosts', 6],
  ['logged-in', 1],
]);

export interface SaidSoFar {
  readonly said: readonly Said[];
  /** The beginning of what follows. */
  readonly rest: string;
}

/** Null: what none of the programs says. @param text bytes as latin1 */
export function readSaid(text: string): SaidSoFar | null {
  const words = text.split('\0');
  const said: Said[] = [];
  let at = 0;
  // Behind the last NUL a word may still grow.
  while (at < words.length - 1) {
    const [by = '', ...rest] = words.slice(at, at + 6);
    const count = wordCounts.get(by);
    if (count === undefined) return null;
    if (at + count > words.length - 1) break;
    said.push(saidBy(by, rest.map(decoded)));
    at += count;
  }
  return { said, rest: words.slice(at).join('\0') };
}

function saidBy(by: string, words: readonly string[]): Said {
  const [id = '', first = '', name = '', key = '', lines = ''] = words;
  if (by === 'logged-in') return { by };
  return by === 'askpass'
    ? { by, id, text: first }
    : { by: 'known-hosts', id, isAddress: first === 'ADDRESS', name, key, lines };
}

function decoded(word: string): string {
  return Buffer.from(word, 'latin1').toString();
}
