/** /proc/modules, /sys/module and enabled_functions. */
import type { KernelCore } from '../state/core';
import { coreKernel } from '../state/livepatch';
import type { ModuleState } from '../state/modules';
import { hashOf } from '../state/random';
import { file, folder, type Node } from './node';
import { kobjectName } from './sysfsFiles';

const stateWords: Readonly<Record<ModuleState['state'], string>> = {
  live: 'Live',
  coming: 'Loading',
  going: 'Unloading',
};

/** kernel/module/procfs.c, m_show: newest first. */
export function modulesText(core: KernelCore): string {
  return core.modules
    .all()
    .toReversed()
    .map((module) => moduleLine(core, module))
    .join('');
}

function moduleLine(core: KernelCore, { name, size, state, taint, address }: ModuleState): string {
  const users = core.modules.users(name).map((user) => `${user},`);
  const letters = `${taint}${state === 'coming' ? '+' : ''}${state === 'going' ? '-' : ''}`;
  const flags = letters === '' ? '' : ` (${letters})`;
  const used = users.length > 0 ? users.join('') : '-';
  const at = `0xffffffff${address.toString(16).padStart(8, '0')}`;
  return `${name} ${size} ${refcount(core, name)} ${used} ${stateWords[state]} ${at}${flags}\n`;
}

/** User threads inside a module came by a file of it, which holds it. */
function refcount(core: KernelCore, name: string): number {
  const isLivepatch = core.modules.get(name)?.isLivepatch === true;
  return core.modules.refcount(name) + (isLivepatch ? 0 : core.threads.usersOf(name));
}

export function moduleFolder(core: KernelCore): Node {
  return folder(() =>
    core.modules.all().map(({ name, state, taint, size }) => [
      kobjectName(name),
      folder(() => [
        ['taint', file(`${taint}\n`)],
        ['refcnt', file(`${refcount(core, name)}\n`)],
        ['initstate', file(`${state}\n`)],
        ['coresize', file(`${size}\n`)],
      ]),
    ]),
  );
}

/**
 * kernel/trace/ftrace.c, t_show: `NAME [MODULE] (USERS)`, a column for each flag that this kernel
 * knows, and the trampoline of the one user.
 */
export function enabledFunctionsText(core: KernelCore): string {
  const { ftrace, stacks, version } = core;
  const keys = new Set([...stacks.keys(), ...ftrace.redirected, ...ftrace.traced]);
  return [...keys]
    .map((key) => {
      const [object = '', name = ''] = key.split('\0');
      // Its records come and go with a module (ftrace_module_enable, ftrace_release_mod).
      if (object !== coreKernel && core.modules.get(object) === null) return '';
      const isPatched = stacks.of(key).length > 0;
      const isTraced = ftrace.traced.has(key);
      const isRedirected = isPatched || ftrace.redirected.has(key);
      const isProbed = isTraced || ftrace.redirected.has(key);
      const columns = version.ftraceColumns.map((column) => {
        if (column === 'R') return isProbed ? ' R' : '  ';
        if (column === 'I') return isRedirected ? ' I' : '  ';
        if (column === 'M') return isRedirected ? ' M ' : '   ';
        return '  ';
      });
      const where = object === coreKernel ? '' : ` [${object.replaceAll('-', '_')}]`;
      const users = Number(isRedirected) + Number(isTraced);
      const handler = isPatched && !isTraced ? trampoline(key) : '';
      return `${name}${where} (${users})${columns.join('')}${handler}\n`;
    })
    .join('');
}

/** kernel/kprobes.c, report_probe: of the probes that sit on the entry of a function. */
export function kprobesText({ ftrace }: KernelCore): string {
  return [...ftrace.redirected, ...ftrace.traced]
    .map((key) => {
      const [object = '', name = ''] = key.split('\0');
      const where = object === coreKernel ? ' ' : object.replaceAll('-', '_');
      return `0000000000000000  k  ${name}+0x0  ${where} [FTRACE]\n`;
    })
    .join('');
}

function trampoline(key: string): string {
  const at = `0xffffffffc0${(hashOf(key) & 0xfff).toString(16).padStart(3, '0')}000`;
  return `\ttramp: ${at} (klp_ftrace_handler+0x0/0x100) ->klp_ftrace_handler+0x0/0x100`;
}
