/** Who else sits on a patched function, and whether the livepatch's code is reached. Host text comes escaped. */
import { sentence } from './sentence';

/** Functions as the subject of a sentence. */
interface Functions {
  readonly names: string;
  readonly areMany: boolean;
}

const them = ({ areMany }: Functions) => (areMany ? 'their names' : 'its name');

export const consumerFindings = {
  notReached: sentence(
    [
      'redirections',
      'listedTwice',
      'soleName',
      'oneMoment',
      'enabled',
      'transition',
      'functions',
      'patched',
    ],
    ({ names, areMany }: Functions) =>
      `${names} ${areMany ? 'are' : 'is'} patched by an enabled livepatch, and nobody redirects ${areMany ? 'them' : 'it'} through ftrace: the livepatch’s code is not reached.`,
  ),
  tracer: sentence(
    ['redirections', 'oneMoment'],
    (of: Functions) =>
      `A tracer or profiler sits on ${of.names} beside the livepatch, whose code runs all the same; what happens there it files under ${them(of)}.`,
  ),
  somebody: sentence(
    ['redirections', 'oneMoment'],
    (of: Functions) =>
      `Somebody else sits on ${of.names} beside the livepatch: a tracer or a kprobe; the list of kprobes was not read. What happens there it files under ${them(of)}.`,
  ),
  kprobe: sentence(
    ['redirections', 'oneMoment', 'kprobes'],
    ({ names, areMany }: Functions) =>
      `A kprobe sits on ${names} beside the livepatch. If a BPF program of it overrides what ${areMany ? 'these return' : 'this returns'} (bpf_override_return), the livepatch’s code is skipped; no file of the kernel says so. These commands name such programs: bpftool perf; bpftool link.`,
  ),
  direct: sentence(
    ['redirections', 'oneMoment'],
    ({ names, areMany, tramp }: Functions & { readonly tramp: string | null }) =>
      `${tramp?.startsWith('bpf_') ? `A BPF program (${tramp})` : `A direct call, as BPF programs have them${tramp === null ? '' : ` (${tramp})`},`} sits on ${areMany ? 'each of ' : ''}${names} beside the livepatch. One of the kinds fmod_ret and LSM decides whether the livepatch’s code runs at all; others look on. This command tells which it is: bpftool link.`,
  ),
} as const;

/** Of a table, and the same of one function in full. */
export const consumerWords = {
  nobody: sentence(['redirections', 'oneMoment'], () => 'nobody else'),
  tracer: sentence(['redirections', 'oneMoment'], () => 'a tracer'),
  somebody: sentence(['redirections', 'oneMoment'], () => 'a tracer or kprobe'),
  kprobe: sentence(['redirections', 'oneMoment', 'kprobes'], () => 'a kprobe'),
  direct: sentence(['redirections', 'oneMoment'], (isBpf: boolean) =>
    isBpf ? 'a BPF program' : 'a direct call',
  ),
  filedUnder: sentence(
    ['redirections', 'oneMoment'],
    (name: string) =>
      `Tracers file what happens in the livepatch’s code under ${name} too, while profilers count its cycles in the livepatch’s module.`,
  ),
} as const;
