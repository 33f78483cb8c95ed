/**
 * The grammar of the livepatch core's messages: format strings of kernel/livepatch/{core,transition,
 * patch,shadow}.c and kernel/module/main.c.
 */
import type {
  LivepatchEvent,
  LogDirection,
  NotSwitchedReason,
  TransitionStep,
} from './livepatchEvent';

type Captures = readonly [first: string, second: string, third: string];
type Rule = readonly [pattern: RegExp, toEvent: (...captures: Captures) => LivepatchEvent];

/** Messages behind `livepatch: `, from their first word to their last. */
const rules: readonly Rule[] = [
  [/^enabling patch '([^']+)'$/, (patch) => ({ kind: 'enabling', patch })],
  transitionRule('initializing'),
  transitionRule('starting'),
  transitionRule('completing'),
  // Linux 4.12 to 4.14: klp_start_transition.
  [
    /^'([^']+)': ((?:un)?patching)\.\.\.$/,
    (patch, direction) => ({ kind: 'starting', patch, direction: toDirection(direction) }),
  ],
  [
    /^'([^']+)': ((?:un)?patching) complete$/,
    (patch, direction) => ({ kind: 'complete', patch, direction: toDirection(direction) }),
  ],
  [
    /^'([^']+)': canceling patching transition, going to unpatch$/,
    (patch) => ({ kind: 'canceling', patch }),
  ],
  [
    /^'([^']+)': reversing transition from ((?:un)?patching) to ((?:un)?patching)$/,
    (patch, from, to) => ({
      kind: 'reversing',
      patch,
      from: toDirection(from),
      to: toDirection(to),
    }),
  ],
  [/^signaling remaining tasks$/, () => ({ kind: 'signaling' })],
  [/^forcing remaining tasks to the patched state$/, () => ({ kind: 'forcing' })],
  [
    /^applying patch '([^']+)' to loading module '([^']+)'$/,
    (patch, module) => ({ kind: 'applying', patch, module }),
  ],
  [
    /^reverting patch '([^']+)' on unloading module '([^']+)'$/,
    (patch, module) => ({ kind: 'reverting', patch, module }),
  ],
  [
    /^patch '([^']+)' failed for module '([^']+)', refusing to load module '\2'$/,
    (patch, module) => ({ kind: 'module-refused', patch, module }),
  ],
  [
    /^pre-patch callback failed for object '([^']+)'$/,
    (object) => ({ kind: 'pre-patch-callback-failed', object }),
  ],
  [/^failed to patch object '([^']+)'$/, (object) => ({ kind: 'patch-object-failed', object })],
  [/^failed to enable patch '([^']+)'$/, (patch) => ({ kind: 'enable-failed', patch })],
  [
    /^Livepatch patch \((.+)\) is not compatible with the already installed livepatches\.$/,
    (patch) => ({ kind: 'incompatible', patch }),
  ],
  [
    /^symbol '([^']+)' not found in symbol table$/,
    (symbol) => ({ kind: 'symbol-not-found', symbol }),
  ],
  [
    /^unresolvable ambiguity for symbol '([^']+)' in object '[^']*'$/,
    (symbol) => ({ kind: 'symbol-ambiguous', symbol }),
  ],
  [
    /^symbol position (\d{1,15}) for symbol '([^']+)' in object '[^']*' not found$/,
    (position, symbol) => ({
      kind: 'symbol-position-not-found',
      symbol,
      position: Number(position),
    }),
  ],
  [
    /^failed to (?:register ftrace handler|set ftrace filter) for function '([^']+)' \((-?\d{1,9})\)$/,
    (name, error) => ({ kind: 'ftrace-failed', function: name, error: Number(error) }),
  ],
  // Since 4.1 (klp_module_notify_coming, since 4.6 klp_module_coming).
  [
    /^failed to initialize patch '([^']+)' for module '([^']+)' \((-?\d{1,9})\)$/,
    (patch, module, error) => ({ kind: 'init-failed', patch, module, error: Number(error) }),
  ],
  // Since 4.0.
  [
    /^failed to apply patch '([^']+)' to module '([^']+)' \((-?\d{1,9})\)$/,
    (patch, module, error) => ({ kind: 'apply-failed', patch, module, error: Number(error) }),
  ],
  // klp_init_object_loaded, 2026: two patched names of one address.
  cause(/^'[^']+' and '[^']+' resolve to the same address, aliased symbols are not supported$/),
  // klp_patch_func (4.12), klp_enable_func (4.7): klp_get_ftrace_location found none.
  cause(/^failed to find location for function '[^']+'$/),
  // klp_find_object_symbol and klp_verify_callback, 4.0 to 4.4.
  cause(/^unresolvable ambiguity \(\d{1,9} matches\) on symbol '[^']+' in object '[^']+'$/),
  cause(/^symbol '[^']+' not found at specified address 0x[\da-f]{1,16}, kernel mismatch\?$/),
  // klp_write_object_relocations, 4.0 to 4.5.
  cause(/^relocation failed for symbol '[^']+' at 0x[\da-f]{1,16} \(-?\d{1,9}\)$/),
  // klp_resolve_symbols and klp_write_section_relocs, since 4.6 and 5.8.
  cause(
    /^symbol \S{1,600} (?:is not marked as a livepatch symbol|has an incorrectly formatted name)$/,
  ),
  cause(/^section \S{1,600} has an incorrectly formatted name$/),
  cause(
    /^invalid access to vmlinux symbol '[^']+' from module-specific livepatch relocation section$/,
  ),
  // klp_init_object_loaded, since 4.12.
  cause(/^kallsyms size lookup failed for '[^']+'$/),
  [
    /^module (.+) is not marked as a livepatch module$/,
    (module) => ({ kind: 'not-marked', module }),
  ],
  [
    /^Failed to construct shadow variable <(.+), ([0-9a-f]+)> \(-?\d+\)$/,
    (object, id) => ({ kind: 'shadow-constructor-failed', object, id }),
  ],
  [
    /^This architecture doesn't have support for the livepatch consistency model\.$/,
    () => ({ kind: 'no-consistency-model' }),
  ],
];

/** Messages about livepatches that other parts of the kernel print, or that WARN() does. */
const rulesWithoutPrefix: readonly Rule[] = [
  [/^(\S+): tainting kernel with TAINT_LIVEPATCH$/, (module) => ({ kind: 'tainted', module })],
  [
    /^Duplicate shadow variable <(.+), ([0-9a-f]+)>$/,
    (object, id) => ({ kind: 'duplicate-shadow', object, id }),
  ],
];

/**
 * What the architectures' apply_relocate_add says before a module is refused: arch/x86/kernel/module.c
 * (to 6.2 "Skipping invalid relocation target", since then "Invalid"), arch/powerpc/kernel/module_64.c
 * (restore_r2; "Expect noop after relocate" came before "Expected nop after call"), arch/s390/kernel/module.c ("unknown"),
 * arch/arm64/kernel/module.c, arch/loongarch/kernel/module.c ("Unsupport"), arch/riscv/kernel/module.c.
 */
const relocationFailed = new RegExp(
  [
    'nvalid relocation target, existing value ',
    'Expected nop after call, got',
    'Expect noop after relocate, got',
    'bad TOC16\\w{0,9} relocation \\(',
    'REL(?:24|34) -?\\d{1,20} out of range!',
    'verflow in relocation type',
    'elocation error for symbol',
    '[Uu]nknown (?:rela |ADD )?relocation(?:: | type )',
    '[Uu]nsupport(?:ed)? (?:RELA )?relocation(?:: | type )',
    'dangerous \\w{1,60} \\(\\d{1,9}\\) relocation',
    'The unexpected relocation type ',
    'Can not find HI20 relocation information',
    'can not be addressed by the \\d\\d-bit offset from PC',
  ].join('|'),
);

/**
 * `livepatch: `, alone or behind what dynamic debug's flags t, m, f, s and l put before it
 * (Documentation/admin-guide/dynamic-debug-howto.rst).
 */
const corePrefix =
  /^(?:\[\d+\] |<intr> )?(?:(?:livepatch:)?(?:klp_\w+:)?(?:kernel\/livepatch\/\w+\.c:)?(?:\d+:)? )?livepatch: /;

/**
 * Kernels whose build gives each file of kernel/livepatch its own name print that instead, as Kylin's
 * did in November 2024 (live-patching list, "selftests/livepatch: fix test-callbacks.sh execution
 * error"). So common a word counts only before what the core says.
 */
const filePrefix = /^(?:transition|patch): /;

/** The kernel cuts its messages at 1 KiB (kernel/printk/printk.c); dmesg may write a byte as four. */
export const messageLimit = 4096;

/**
 * The event that a message tells, without stamp and other prefixes.
 *
 * @returns null where the message isn't the livepatch core's, whatever it quotes
 */
export function parseLivepatchMessage(message: string): LivepatchEvent | null {
  const prefix = corePrefix.exec(message)?.[0];
  if (prefix === undefined) {
    const ofFile = filePrefix.exec(message)?.[0];
    const told = ofFile === undefined ? null : saidByCore(message.slice(ofFile.length));
    if (told) return told;
    const isCause = message.length < messageLimit && relocationFailed.test(message);
    return isCause ? { kind: 'cause', of: 'module' } : firstMatch(rulesWithoutPrefix, message);
  }
  return saidByCore(message.slice(prefix.length)) ?? { kind: 'other' };
}

function saidByCore(message: string): LivepatchEvent | null {
  return message.length > messageLimit
    ? null
    : (parseNotSwitched(message) ?? firstMatch(rules, message));
}

function firstMatch(candidates: readonly Rule[], message: string): LivepatchEvent | null {
  for (const [pattern, toEvent] of candidates) {
    const match = pattern.exec(message);
    if (match !== null) {
      const [, first = '', second = '', third = ''] = match;
      return toEvent(first, second, third);
    }
  }
  return null;
}

function transitionRule(kind: Exclude<TransitionStep, 'complete'>): Rule {
  return [
    new RegExp(`^'([^']+)': ${kind} ((?:un)?patching) transition$`),
    (patch, direction) => ({ kind, patch, direction: toDirection(direction) }),
  ];
}

function cause(pattern: RegExp): Rule {
  return [pattern, () => ({ kind: 'cause', of: 'livepatch' })];
}

function toDirection(word: string): LogDirection {
  return word === 'patching' ? 'patching' : 'unpatching';
}

/** comm is whatever the process calls itself, so the greedy match leaves it all but the last PID. */
const notSwitched =
  /^klp_(?:try_switch_task|check_stack): (.*):(\d{1,10}) (?:is (running)|has an (unreliable stack)|is sleeping on function (\S+))$/s;

const switchError =
  /^klp_try_switch_task: Unknown error code \(-?\d+\) when trying to switch (.*):(\d{1,10})$/s;

/** The lines of `klp_try_switch_task`, before Linux 5.16 also of `klp_check_stack` (dynamic debug). */
function parseNotSwitched(message: string): LivepatchEvent | null {
  if (!message.startsWith('klp_')) {
    return null;
  }
  const known = notSwitched.exec(message);
  const [, comm, tid, running, unreliable, sleepingOn = null] =
    known ?? switchError.exec(message) ?? [];
  if (comm === undefined) {
    return null;
  }
  return {
    kind: 'thread-not-switched',
    comm,
    tid: Number(tid),
    why: notSwitchedReason(sleepingOn, running, unreliable),
    function: sleepingOn,
  };
}

function notSwitchedReason(
  sleepingOn: string | null,
  running: string | undefined,
  unreliable: string | undefined,
): NotSwitchedReason {
  if (sleepingOn !== null) {
    return 'sleeping';
  }
  if (running !== undefined) {
    return 'running';
  }
  return unreliable === undefined ? 'unknown' : 'unreliable-stack';
}
