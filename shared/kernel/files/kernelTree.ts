/**
 * The face of an emulated kernel: the files that a live host has, in the form in which this version
 * of the kernel prints them, made when they are read. The product reads it as it reads any host.
 */
import type { FileReading, FolderReading, ThreadScan, Tree } from '../../readings/readings';
import type { KernelCore } from '../state/core';
import { enabledFunctionsText, kprobesText, moduleFolder, modulesText } from './moduleFiles';
import { childOf, file, folder, listing, type Node } from './node';
import { livepatchFolder } from './sysfsFiles';
import { processFolder, threadStacks } from './threadFiles';

/**
 * The tree of a kernel as it is now: each read shows the state of that moment. The log lies where a
 * host keeps that of its boot, `/var/log/dmesg`.
 */
export function treeOf(core: KernelCore): Tree {
  const root = rootOf(core);
  return {
    readFile(path: string, limit: number): FileReading {
      const node = nodeAt(root, path);
      if (!node) return { missing: 'absent' };
      if (node.kind === 'folder') return { missing: 'unreadable', detail: 'EISDIR' };
      return cut(node.content, limit);
    },
    readFolder(path: string): FolderReading {
      const node = nodeAt(root, path);
      if (!node) return { missing: 'absent' };
      if (node.kind === 'file') return { missing: 'unreadable', detail: 'ENOTDIR' };
      return listing(node);
    },
    scanThreads: () => scan(core),
    threadStacks: () => threadStacks(core),
  };
}

function nodeAt(root: Node, path: string): Node | null {
  let node: Node | null = root;
  for (const name of path.split('/')) {
    if (name === '' || !node) continue;
    node = childOf(node, name);
  }
  return node;
}

/** Cut after a number of bytes of UTF-8, as a reader that stops there sees it. */
function cut(content: FileReading, limit: number): FileReading {
  if (!('text' in content) || content.text.length * 3 <= limit) return content;
  let bytes = 0;
  let length = 0;
  for (const character of content.text) {
    bytes += bytesOf(character.codePointAt(0) ?? 0);
    if (bytes > limit) return { text: content.text.slice(0, length), truncated: true };
    length += character.length;
  }
  return content;
}

function bytesOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

function rootOf(core: KernelCore): Node {
  return folder(() => [
    ['sys', sysFolder(core)],
    ['proc', procFolder(core)],
    ['var', folder(() => [['log', folder(() => [['dmesg', file(core.messages.toText())]])]])],
  ]);
}

function sysFolder(core: KernelCore): Node {
  const kernel = folder(() => {
    const tracing = folder(() => [['enabled_functions', file(enabledFunctionsText(core))]]);
    const kprobes = folder(() => [['list', lazy(() => kprobesText(core))]]);
    const entries: [string, Node][] = [
      ['tracing', tracing],
      ['debug', folder(() => [['kprobes', kprobes]])],
    ];
    if (core.setup.architecture !== 'no-livepatch') {
      entries.push(['livepatch', livepatchFolder(core)]);
    }
    return entries;
  });
  return folder(() => [
    ['kernel', kernel],
    ['module', moduleFolder(core)],
  ]);
}

function procFolder(core: KernelCore): Node {
  const facts = folder(() => factsOf(core));
  return {
    kind: 'folder',
    *entries() {
      yield* factsOf(core);
      for (const pid of core.threads.pids()) {
        const node = processFolder(core, pid);
        if (node) yield [`${pid}`, node];
      }
    },
    find: (name) => (/^\d+$/.test(name) ? processFolder(core, Number(name)) : childOf(facts, name)),
    list: () => ({
      entries: [
        ...factsOf(core).map(([name, { kind }]) => ({ name, kind })),
        ...[...core.threads.pids()].map((pid) => ({ name: `${pid}`, kind: 'folder' as const })),
      ],
    }),
  };
}

function factsOf(core: KernelCore): [string, Node][] {
  const { hostName, bootId } = core.setup;
  const { release } = core.version;
  const sysctl = folder(() => [
    ['osrelease', file(`${release}\n`)],
    ['hostname', file(`${hostName}\n`)],
    ['tainted', file(`${core.taint}\n`)],
    ['random', folder(() => [['boot_id', file(`${bootId}\n`)]])],
  ]);
  return [
    ['modules', lazy(() => modulesText(core))],
    ['uptime', file(`${core.now.toFixed(2)} ${core.now.toFixed(2)}\n`)],
    ['version', file(`Linux version ${release} (klpscope demo) #1 SMP\n`)],
    ['sys', folder(() => [['kernel', sysctl]])],
  ];
}

/** A file whose text is made only when it is read. */
function lazy(text: () => string): Node {
  return {
    kind: 'file',
    get content(): FileReading {
      return { text: text(), truncated: false };
    },
  };
}

function scan(core: KernelCore): ThreadScan | null {
  if (core.setup.architecture === 'no-livepatch') return null;
  const threads = [...core.threads.all()];
  return {
    pids: threads.map(({ pid }) => pid),
    tids: threads.map(({ tid }) => tid),
    states: threads.map(({ tid }) => core.patchStateOf(tid)),
    denied: 0,
    vanished: 0,
    invalid: [],
    absent: 0,
  };
}
