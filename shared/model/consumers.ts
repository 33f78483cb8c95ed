/**
 * Who else sits on a patched function. Ftrace lets one user at a time redirect a function, and any number
 * of others be called there beside it: tracers, and BPF programs, of which some decide whether what the
 * function does is done at all (kernel/trace/ftrace.c, kernel/bpf/trampoline.c, kernel/kprobes.c).
 */
import type { FtraceFunction } from '../readings/files/ftrace';
import type { FtraceLists } from './ftraceLists';
import { namesOf, type EqualNames } from './otherNames';
import type { Consumers, FunctionStack, Livepatch } from './systemState';

/** What a function of a kernel is called; of others the probe brings no line. */
const usualName = /^[A-Za-z0-9_.]+$/;

/**
 * @param lists null: not readable; undefined: this source has none
 * @returns the same functions, each with who sits on it, as far as the lists tell
 */
export function withConsumers(
  functions: readonly FunctionStack[],
  lists: FtraceLists | null | undefined,
  looked: EqualNames = [],
): readonly FunctionStack[] {
  if (lists === undefined) return functions;
  if (lists === null) return functions.map((row) => ({ ...row, consumers: null }));
  const enabled = byKey(lists.enabled);
  const touched = byKey(lists.touched);
  const probed = new Set(
    (lists.kprobes ?? [])
      .filter(({ armed, byFtrace, onReturn }) => armed && byFtrace && !onReturn)
      .map((one) => keyOf(one.module, one.function)),
  );
  const patched = new Map<string, number>();
  for (const row of functions) patched.set(keyOfRow(row), (patched.get(keyOfRow(row)) ?? 0) + 1);
  return functions.map((row) => {
    const key = keyOfRow(row);
    // The lists have one name of an address, not always that of sysfs.
    const keys = namesOf(row, looked).map((name) => keyOfRow({ ...row, name }));
    // Several functions of one name have a line each, and no line says which one it is of.
    const record =
      patched.get(key) === 1 && usualName.test(row.name)
        ? recordOf(linesOf(keys, enabled), linesOf(keys, touched))
        : null;
    if (record === null) return { ...row, consumers: null };
    const { count, regs, ipmodify, direct, called } = record;
    const kprobe = lists.kprobes === null ? null : keys.some((one) => probed.has(one));
    return { ...row, consumers: { count, regs, ipmodify, direct, tramp: called, kprobe } };
  });
}

function linesOf(
  keys: readonly string[],
  lines: ReadonlyMap<string, readonly FtraceFunction[]>,
): readonly FtraceFunction[] {
  return keys.flatMap((key) => lines.get(key) ?? []);
}

/** Of namesakes the one that is redirected is the patched one. */
function recordOf(
  enabled: readonly FtraceFunction[],
  touched: readonly FtraceFunction[],
): FtraceFunction | null {
  const redirected = enabled.filter(({ ipmodify }) => ipmodify);
  if (redirected.length > 0) return only(redirected);
  return enabled.length > 0 ? only(enabled) : only(touched);
}

function only<T>(all: readonly T[]): T | null {
  return all.length === 1 ? (all[0] ?? null) : null;
}

/**
 * Functions that a settled livepatch patches and that nobody redirects: its code is not reached. Told only
 * where a line of the kernel's own shows the name without the flag, or others with it, and none of that
 * name, nor of a name that a compiler made of it, has the flag.
 *
 * @param hasSoleName whether the function's address is known to have no other name, under which the kernel
 *   would list it
 */
export function unreachedFunctions(
  functions: readonly FunctionStack[],
  patches: readonly Livepatch[],
  lists: FtraceLists | null | undefined,
  hasSoleName: (row: FunctionStack) => boolean,
): readonly FunctionStack[] {
  if (!lists || lists.isCut) return [];
  const redirected = lists.enabled.filter(({ ipmodify }) => ipmodify);
  const stems = new Set(redirected.map((one) => one.function.replace(/\..*/, '')));
  const known = new Set([...lists.enabled, ...lists.touched].map((one) => one.function));
  return functions.filter(
    (row) =>
      usualName.test(row.name) &&
      patches.some((patch) => isApplied(patch, row)) &&
      row.active !== null &&
      row.active !== 'original' &&
      !stems.has(row.name.replace(/\..*/, '')) &&
      (known.has(row.name) || redirected.length > 0) &&
      hasSoleName(row),
  );
}

function isApplied({ name, enabled, inTransition, objects }: Livepatch, row: FunctionStack) {
  if (!row.stack.includes(name) || enabled !== true || inTransition !== false) return false;
  return objects.some(
    (object) =>
      object.name === row.object &&
      object.patched === true &&
      object.loaded === true &&
      object.functions.some((one) => isSame(one, row)),
  );
}

function isSame(
  one: Livepatch['objects'][number]['functions'][number],
  { name, sympos }: FunctionStack,
): boolean {
  return one.name === name && one.sympos === sympos && one.nop === false;
}

function byKey(all: readonly FtraceFunction[]): ReadonlyMap<string, readonly FtraceFunction[]> {
  const lines = new Map<string, FtraceFunction[]>();
  for (const one of all) {
    const key = keyOf(one.module, one.function);
    const known = lines.get(key);
    if (known) known.push(one);
    else lines.set(key, [one]);
  }
  return lines;
}

function keyOfRow({ object, name }: Pick<FunctionStack, 'object' | 'name'>): string {
  return keyOf(object === 'vmlinux' ? null : object.replaceAll('-', '_'), name);
}

function keyOf(module: string | null, name: string): string {
  return `${module ?? ''} ${name}`;
}

/** Who is there beside a livepatch. */
export type Company = 'nobody' | 'tracer' | 'perhaps-kprobe' | 'kprobe' | 'direct';

/** Whether somebody sits there who can skip what it does: a BPF program, or a kprobe of one. */
export function maySkip({ consumers }: Pick<FunctionStack, 'consumers'>): boolean {
  if (!consumers) return false;
  const company = companyOf(consumers);
  return company === 'direct' || company === 'kprobe';
}

/** Of several the one that may change what runs. */
export function companyOf({ count, ipmodify, direct, regs, kprobe }: Consumers): Company {
  if (count - (ipmodify ? 1 : 0) <= 0) return 'nobody';
  if (direct === true) return 'direct';
  if (kprobe === true) return 'kprobe';
  // A kprobe wants the registers, and so does whoever else.
  return kprobe === null && regs !== false ? 'perhaps-kprobe' : 'tracer';
}
