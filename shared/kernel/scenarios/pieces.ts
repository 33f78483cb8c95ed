/** What the demo hosts have in common: the processes of a server, and livepatches written shortly. */
import type {
  FunctionLiteral,
  HostLiteral,
  LivepatchLiteral,
  PostureLiteral,
  ThreadLiteral,
} from '../state/literals';
import type { Operation } from '../operations/operation';

/** Asleep in a system call that no story patches. */
export const waiting: PostureLiteral = {
  calls: ['__x64_sys_epoll_wait', 'ep_poll', 'schedule_hrtimeout_range'],
  state: 'S',
};

const daemons: readonly (readonly [comm: string, cmdline: string, unit: string])[] = [
  ['systemd-journal', '/usr/lib/systemd/systemd-journald', 'systemd-journald.service'],
  ['systemd-udevd', '/usr/lib/systemd/systemd-udevd', 'systemd-udevd.service'],
  ['dbus-daemon', '/usr/bin/dbus-daemon --system', 'dbus.service'],
  ['cron', '/usr/sbin/cron -f', 'cron.service'],
  ['rsyslogd', '/usr/sbin/rsyslogd -n', 'rsyslog.service'],
  ['sshd', 'sshd: /usr/sbin/sshd -D [listener]', 'ssh.service'],
  ['chronyd', '/usr/sbin/chronyd -F 1', 'chrony.service'],
];

const kernelThreads = [
  'rcu_preempt',
  'migration/0',
  'ksoftirqd/0',
  'kswapd0',
  'khugepaged',
  'jbd2/vda1-8',
];

function ordinaryThreads(): ThreadLiteral[] {
  return [
    ...kernelThreads.map((comm, index): ThreadLiteral => ({
      comm,
      tid: 14 + index,
      kthread: true,
      posture: { calls: ['kthread_worker_fn', 'schedule'], state: 'I' },
    })),
    ...daemons.map(([comm, cmdline, unit], index): ThreadLiteral => ({
      comm,
      tid: 301 + 23 * index,
      cmdline,
      cgroup: `/system.slice/${unit}`,
      posture: waiting,
    })),
  ];
}

/** An ordinary server that has been up for a while. */
export function server(literal: HostLiteral): HostLiteral {
  return {
    cpus: 4,
    uptime: 86_400,
    ...literal,
    threads: [...ordinaryThreads(), ...(literal.threads ?? [])],
  };
}

/** Functions by object; a replacement is named like kpatch and klp-build name it: as the original. */
export function livepatch(
  name: string,
  functions: Readonly<Record<string, readonly (string | FunctionLiteral)[]>>,
  more: Partial<LivepatchLiteral> = {},
): LivepatchLiteral {
  return {
    name,
    objects: Object.entries(functions).map(([object, list]) => ({
      name: object,
      functions: list.map((one) => (typeof one === 'string' ? { name: one } : one)),
    })),
    ...more,
  };
}

export const load = (what: LivepatchLiteral): Operation => ({ do: 'load', livepatch: what });

/** As a real load: callbacks and ftrace take a moment. */
export const loadSlowly = (what: LivepatchLiteral): Operation => ({
  do: 'load',
  livepatch: what,
  window: 0.6,
});

export const enable = (patch: string): Operation => ({ do: 'write-enabled', patch, value: true });
export const disable = (patch: string): Operation => ({ do: 'write-enabled', patch, value: false });
export const force = (patch: string): Operation => ({ do: 'force', patch });
export const unload = (module: string): Operation => ({ do: 'unload', module });
export const wake = (tid: number): Operation => ({ do: 'wake', tid });
