/**
 * Two hosts of which one is real and one is told by the executable model: what of their files must be
 * the same. Stamps, addresses, sizes and processes that have nothing to do with livepatching may differ.
 */
import { collect } from '../../shared/readings';
import type { Tree } from '../../shared/readings/readings';
import { statusOf } from '../../shared/report';

/** Every path below a folder, files with their content. `force` can't be read. */
export function pathsBelow(tree: Tree, path: string): string[] {
  const reading = tree.readFolder(path);
  if (!('entries' in reading)) return [];
  return reading.entries
    .flatMap(({ name, kind }) => {
      const inside = `${path}/${name}`;
      if (kind === 'folder') return [`${inside}/`, ...pathsBelow(tree, inside)];
      const content = tree.readFile(inside, 100);
      return 'text' in content && name !== 'force' ? `${inside}=${content.text}` : inside;
    })
    .sort();
}

/** Functions that ftrace redirects, with the columns of enabled_functions. */
export function redirectedFunctions(tree: Tree): string[] {
  return linesOf(tree, '/sys/kernel/tracing/enabled_functions')
    .map((line) => line.replace(/\ttramp.*/, '\t'))
    .sort();
}

/** Livepatches and what they patch, with reference count and taint, newest first. */
export function livepatchModules(tree: Tree): string[] {
  return linesOf(tree, '/proc/modules')
    .filter((line) => /^k?lp_/.test(line))
    .map((line) => line.replace(/^(\S+) \d+ (\d+) .* (\(.*\))$/, '$1 $2 $3'));
}

/** Lines of a file; none where it is missing. */
export function linesOf(tree: Tree, path: string): string[] {
  const reading = tree.readFile(path, 100_000);
  return 'text' in reading ? reading.text.split('\n') : [];
}

const retry = /klp_try_switch_task/;

/** Messages of the livepatch core without stamps, in order; and what was said of threads, each once. */
export function livepatchLog(lines: readonly string[]): { story: string[]; tries: string[] } {
  const texts = lines
    .map((line) => line.replace(/^\[ *[\d.]+\] /, ''))
    .filter((line) => line.startsWith('livepatch:') || line.includes('taint'));
  return {
    story: texts.filter((line) => !retry.test(line)),
    tries: [...new Set(texts.filter((line) => retry.test(line)))].sort(),
  };
}

/** What the status document says of livepatches; numbers of threads that take no part are left out. */
export function livepatchStatus(tree: Tree) {
  const options = { target: 't', source: 'directory', takenAt: null, privileged: true } as const;
  const result = collect(tree, { ...options, live: false });
  if (!result.ok) throw new Error(result.problem.message);
  const { order, patches, functions, livepatch, transition, blockers, ghosts, findings } = statusOf(
    result.value,
  );
  return {
    order,
    patches,
    // Whether kprobes were read is told there.
    functions: functions.map(({ object, name, sympos, stack, active }) => {
      return { object, name, sympos, stack, active };
    }),
    livepatch,
    transition: transition && [
      transition.patch,
      transition.direction,
      transition.threads.blocking,
      transition.threads.undefined,
      transition.hiddenBlockersPossible,
    ],
    blockers: blockers.map(({ tid, comm, state, kthread, reason, remedies }) => {
      return { tid, comm, state, kthread, reason, remedies };
    }),
    ghosts,
    findings: findings.map(({ code, severity, subject, remedies }) => {
      return { code, severity, subject, remedies };
    }),
  };
}
