/** How each premise of a sentence may be lacking on a host. */
import type { Premise } from '../../shared/words/sentence';
import type { Damage } from './damagedTree';

/** Missing, and not to be read. */
function unread(paths: RegExp): Damage[] {
  return [{ absent: paths }, { denied: paths }];
}

const log = /^\/sos_commands\/kernel\/dmesg$/;
const otherBoot: Damage = {
  changed: (path, text) =>
    log.test(path)
      ? `${text}[    0.000000] Linux version 3.2.1-other (x) #1 SMP\n[    1.000000] x: up\n`
      : text,
  added: { '/proc/sys/kernel/osrelease': '6.12.0\n' },
};
const notUnderstood: Damage = {
  changed: (path, text) => (log.test(path) ? 'what is this\nnothing\n' : text),
};
const withoutLog: readonly Damage[] = [...unread(log), otherBoot, notUnderstood];

const forced: Damage = {
  changed: (path, text) =>
    log.test(path)
      ? `${text}[  900.000000] livepatch: forcing remaining tasks to the patched state\n`
      : text,
};

const modulesFile = /^\/proc\/modules$/;
const withoutModules: readonly Damage[] = [...unread(modulesFile), { cut: modulesFile }];

function withModule(line: string): Damage {
  return {
    changed: (path, text) => (modulesFile.test(path) ? `${line}\n${text}` : text),
  };
}

const threadFacts = /\/(?:stat|status)$/;

const objectFolder =
  /^\/sys\/kernel\/livepatch\/[^/]+\/(?!(?:enabled|transition|replace|replaceable|replace_set|stack_order|force|signal)$)[^/]+$/;

/** All ways, for each premise; none of them may be left out. */
export const takenAway: Readonly<Record<Premise, readonly Damage[]>> = {
  livepatches: [
    { denied: /^\/sys\/kernel\/livepatch$/ },
    { cut: /^\/sys\/kernel\/livepatch$/ },
    { absent: /^\/sys\/kernel\// },
  ],
  objects: [
    { denied: /^\/sys\/kernel\/livepatch\/[^/]+$/ },
    { cut: /^\/sys\/kernel\/livepatch\/[^/]+$/ },
  ],
  functions: [
    { denied: objectFolder },
    { cut: objectFolder },
    { denied: /^\/sys\/kernel\/livepatch\/[^/]+$/ },
  ],
  oneMoment: [{ torn: true }],
  noOtherEngine: [
    withModule('ksplice_abc_vmlinux 16384 1 - Live 0x0 (OE)'),
    withModule('kcare 16384 1 - Live 0x0 (OE)'),
    withModule('kpatch 16384 1 - Live 0x0 (OE)'),
    withModule('kgraft_patch_1 16384 1 - Live 0x0 (OEK)'),
    { added: { '/sys/kernel/kgraft/in_progress': '0\n' } },
    ...withoutModules,
  ],
  notSkipped: [
    {
      changed: (path, text) =>
        path.endsWith('/enabled_functions')
          ? text.replaceAll(/ \(\d+\).*/g, ' (2) R I D   M ')
          : text,
    },
  ],
  otherEngine: [
    {
      absent: /^\/sys\/kernel\/k(?:graft|patch)\//,
      changed: (path, text) =>
        modulesFile.test(path) ? text.replaceAll(/^k(?:splice|care|graft|patch).*\n/gm, '') : text,
    },
  ],
  // As before 4.12, which had no file about it (kernel/livepatch/core.c and fs/proc/base.c of 4.11).
  transitions: [
    {
      absent: /\/(?:transition|replace|stack_order|patched|force|signal|patch_state)$/,
      // The log of a kernel without them has no such lines.
      changed: (path, text) =>
        /^\/(?:proc|sys)\//.test(path)
          ? text
          : text.replaceAll(/^.*livepatch: '.*(?:transition|complete)\b.*\n/gm, ''),
    },
  ],
  noForceSeen: [forced],
  notForced: [...withoutLog, forced],
  noneLeftBehind: [
    withModule('lp_old 16384 1 - Live 0x0 (OEK)'),
    withModule('lp_old 16384 - - Live 0x0 (OEK)'),
    ...withoutModules,
  ],
  enabled: [
    ...unread(/^\/sys\/kernel\/livepatch\/[^/]+\/enabled$/),
    {
      changed: (path, text) =>
        /^\/sys\/kernel\/livepatch\/[^/]+\/enabled$/.test(path) ? 'what\n' : text,
    },
  ],
  transition: unread(/^\/sys\/kernel\/livepatch\/[^/]+\/transition$/),
  replace: unread(/^\/sys\/kernel\/livepatch\/[^/]+\/replace$/),
  order: [
    { absent: /\/stack_order$|^\/proc\/modules$|^\/sos_commands\// },
    { denied: /\/stack_order$|^\/proc\/modules$|^\/sos_commands\// },
  ],
  patched: unread(/^\/sys\/kernel\/livepatch\/[^/]+\/[^/]+\/patched$/),
  loaded: [
    { absent: /\/patched$|^\/proc\/modules$|^\/sys\/module\// },
    { denied: /\/patched$|^\/proc\/modules$|^\/sys\/module$|\/initstate$/ },
  ],
  referenceCount: [
    {
      absent: /\/refcnt$/,
      changed: (path, text) =>
        modulesFile.test(path) ? text.replaceAll(/^(\S+ \d+) \d+/gm, '$1 -') : text,
    },
    { denied: /\/refcnt$|^\/proc\/modules$/ },
  ],
  threads: unread(/\/patch_state$/),
  state: unread(threadFacts),
  kind: unread(threadFacts),
  stack: unread(/\/stack$/),
  modules: withoutModules,
  rules: [{ absent: /\/signal$/ }],
  // One that may not be read is there all the same.
  laterRules: [{ absent: /\/(?:replace|replace_set|stack_order|patched)$/ }],
  sets: unread(/\/replace_set$/),
  wchan: unread(/\/wchan$/),
  log: withoutLog,
  stalled: withoutLog,
  clock: [
    { absent: /^\/proc\/uptime$|^\/sos_commands\// },
    { denied: /^\/proc\/uptime$|^\/sos_commands\// },
  ],
  taint: unread(/^\/proc\/sys\/kernel\/tainted$|^\/sys\/module\/[^/]+\/taint$/),
  redirections: unread(/\/enabled_functions$/),
  listedTwice: [{ listedTwice: false }],
  soleName: [{ soleNames: [] }],
  kprobes: unread(/\/kprobes\/list$/),
  sysfs: [
    { denied: /^\/sys\/kernel$/ },
    { cut: /^\/sys\/kernel$/ },
    { absent: /^\/sys\/kernel\// },
  ],
  live: [{ options: { source: 'directory' } }, { options: { source: 'archive' } }],
  tracer: [
    { absent: /\/stack$|\/enabled_functions$|^\/sos_commands\// },
    { denied: /\/stack$|\/enabled_functions$|^\/sos_commands\// },
  ],
  lasting: [
    {
      absent: /^\/proc\/modules$|^\/sys\/module\/|^\/sos_commands\//,
    },
    { denied: /^\/proc\/modules$|^\/sys\/module|^\/sos_commands\// },
  ],
  cause: [
    { absent: /^\/proc\/\d|^\/sys\/kernel\/livepatch\/|^\/proc\/modules$|^\/sos_commands\// },
  ],
  rights: [{ options: { privileged: true } }],
};
