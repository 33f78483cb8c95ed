/**
 * Names of one function. Several symbols may stand at one address; livepatches in sysfs have the name that
 * their author wrote, stacks and the lists of ftrace whichever the kernel finds first at the address
 * (kernel/kallsyms.c, get_symbol_pos).
 */

/** A symbol by its name; `vmlinux` or a module is the object. */
export interface Named {
  readonly object: string;
  readonly name: string;
}

/**
 * What was looked up on the host: groups of names as `OBJECT:NAME`, in each all names of one address. Of a
 * name that stands at several addresses, and of one that is in no group, nothing is known.
 */
export type EqualNames = readonly (readonly string[])[];

/**
 * System calls without arguments that a 64-bit kernel has. Only for these does one definition make several
 * names of one function (SYSCALL_DEFINE0 of arch/x86/include/asm/syscall_wrapper.h, and of s390's before 6.9);
 * with arguments each name is a function of its own (`__SYSCALL_DEFINEx` in the same files).
 */
const withoutArguments = new RegExp(
  `^(?:${[
    'get(?:e?[ug]id(?:16)?|p?pid|pgrp|tid)',
    'v?fork|inotify_init|munlockall|ni_syscall|pause|restart_syscall|(?:rt_)?sigreturn',
    'sched_yield|setsid|sgetmask|sync|u(?:ret)?probe|vhangup',
  ].join('|')})$`,
);

/** What stands before a system call's name: in each row the names of one function. */
const wrappers: readonly {
  readonly prefixes: readonly string[];
  readonly onlyWithoutArguments: boolean;
}[] = [
  { prefixes: ['__x64_sys_', '__ia32_sys_', '__do_sys_'], onlyWithoutArguments: true },
  {
    prefixes: ['__ia32_compat_sys_', '__x64_compat_sys_', '__do_compat_sys_'],
    onlyWithoutArguments: true,
  },
  { prefixes: ['__s390x_sys_', '__s390_sys_'], onlyWithoutArguments: true },
  // Before 4.17, with arguments or without: include/linux/{syscalls,compat}.h, __SYSCALL_DEFINEx.
  { prefixes: ['sys_', 'SyS_'], onlyWithoutArguments: false },
  { prefixes: ['compat_sys_', 'compat_SyS_'], onlyWithoutArguments: false },
];

/** All names that are known to be of this function, its own first. */
export function namesOf(symbol: Named, looked: EqualNames): readonly string[] {
  const group = groupOf(symbol, looked);
  const others = group ? group.map((key) => key.slice(key.indexOf(':') + 1)) : byRule(symbol);
  return [...new Set([symbol.name, ...others])];
}

/** The other names of its address; undefined: not looked up. */
export function aliasesOf(symbol: Named, looked: EqualNames): readonly string[] | undefined {
  return groupOf(symbol, looked) && namesOf(symbol, looked).slice(1);
}

/**
 * Whether two names are of one function; null: not known. Two symbols of one name are told apart by
 * their position only, which is not looked at here.
 */
export function areOneFunction(a: Named, b: Named, looked: EqualNames): boolean | null {
  if (objectOf(a) !== objectOf(b)) return false;
  if (a.name === b.name) return true;
  const group = groupOf(a, looked) ?? groupOf(b, looked);
  if (group) return group.includes(keyOf(a)) && group.includes(keyOf(b));
  return byRule(a).includes(b.name) ? true : null;
}

function groupOf(symbol: Named, looked: EqualNames): readonly string[] | undefined {
  return looked.find((group) => group.includes(keyOf(symbol)));
}

function keyOf(symbol: Named): string {
  return `${objectOf(symbol)}:${symbol.name}`;
}

function byRule({ object, name }: Named): readonly string[] {
  if (object !== 'vmlinux') return [];
  for (const { prefixes, onlyWithoutArguments } of wrappers) {
    const prefix = prefixes.find((one) => name.startsWith(one));
    if (prefix === undefined) continue;
    const call = name.slice(prefix.length);
    if (onlyWithoutArguments && !withoutArguments.test(call)) return [];
    return prefixes.map((one) => one + call);
  }
  return [];
}

/** A module's name as the kernel spells it; a livepatch may have written `-`. */
function objectOf({ object }: Named): string {
  return object.replaceAll('-', '_');
}
