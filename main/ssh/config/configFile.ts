/** What the user's configuration says of a host, read without OpenSSH's help. */
import { parse } from 'ssh-config';
import { filesMatching, includePath, readLine, readText } from './configLines';

/** As in OpenSSH (READCONF_MAX_DEPTH). */
const includeDepth = 16;

/** @returns each option's values under its name in lower case */
export function computeSettings(
  path: string,
  host: string,
  user: string | null,
): Map<string, readonly string[]> {
  const context = { Host: host, ...(user === null ? {} : { User: user }) };
  const computed = compute(withIncluded(path, context, includeDepth), context);
  const values = Object.entries(computed).map(
    ([key, value]) => [key, Array.isArray(value) ? value : [value]] as const,
  );
  return new Map(values);
}

type Context = { readonly Host: string; readonly User?: string };

/** Names of options come in lower case. */
function compute(text: string, context: Context) {
  return parse(text).compute({ ...context }, { ignoreCase: true, matchExec: false });
}

/** The text with that of included files in place: ssh_config(5), Include. */
function withIncluded(path: string, context: Context, depth: number): string {
  if (depth === 0) return '';
  let block = '';
  const lines = readText(path)
    .split('\n')
    .map((text) => {
      const line = readLine(text);
      if (line?.keyword === 'host' || line?.keyword === 'match') block = text;
      if (line?.keyword !== 'include') return text;
      // What a block includes counts where the block does, whatever hosts the files name.
      if (!applies(block, context)) return '';
      const included = line.words
        .flatMap((pattern) => filesMatching(includePath(pattern)))
        .map((file) => withIncluded(file, context, depth - 1));
      return ['Host *', ...included, block === '' ? 'Host *' : block].join('\n');
    });
  return ['Host *', ...lines].join('\n');
}

/** Whether what stands below a `Host` or `Match` line counts for this host. */
function applies(block: string, context: Context): boolean {
  return block === '' || 'klpscopeapplies' in compute(`${block}\n  KlpscopeApplies yes\n`, context);
}
