/**
 * What a program for hosts begins with: nothing of the login's environment takes part in it. bash takes
 * functions from the environment, also where it is called sh, and a function counts before a program
 * of its name. A variable that was exported there would have been set before, and be handed on to
 * every program.
 */

/**
 * Builtins and programs by whose names functions may come. Special builtins (POSIX, 2.14) are none of
 * them: they count before functions.
 */
const tools = (
  'basename cat cd command cut date dmesg echo false grep gzip head id kill mkdir mktemp printf read ' +
  'rm sed sleep sort tail tar test timeout tr true umask unalias uname uniq wait xargs'
).split(' ');

/** What GNU's tools and bash take from the environment and would act upon. */
const settings = 'GREP_OPTIONS GZIP GLOBIGNORE CDPATH IFS';

/** @param program its text, whose variables are not to come from elsewhere */
export function cleanStart(program: string): string {
  const words = new Set(program.match(/[a-z]+/g));
  const used = tools.filter((name) => words.has(name));
  return [
    `unset -f command unalias ${used.join(' ')}`,
    // In some shells no function may have this name.
    'command unset -f [',
    'unalias -a',
    `unset ${settings} ${variablesOf(program).join(' ')}`,
  ].join('\n');
}

/** Names in lower case that a program sets, each once. */
function variablesOf(program: string): string[] {
  const set = [...program.matchAll(/(?<![\w$-])([a-z][a-z_]*)=/g)].map(([, name]) => name);
  const loops = [...program.matchAll(/\bfor ([a-z_]+)/g)].map(([, name]) => name);
  const reads = [...program.matchAll(/\bread -r ([a-z_ ]+)/g)].map(([, names]) => names);
  const all = [...set, ...loops, ...reads].flatMap((names) => (names ?? '').trim().split(/ +/));
  return [...new Set(all)].sort();
}
