/** What a person may do to a demo host in its present state, beyond the forms. */
import type { DemoCommand } from '../../shared/api/contract';
import { visible } from '../../shared/base/text';
import type { Blocker, PatchEntry, StatusDocument } from '../../shared/report/statusDocument';
import { threadName } from '../../shared/report/threadName';

export type Operation = Extract<DemoCommand, { do: 'operate' }>['operation'];

export interface Choice {
  readonly title: string;
  readonly operation: Operation;
}

/** Writes to `enabled` and `force` that make sense for the livepatches that are there. */
export function livepatchChoices({ patches, transition }: StatusDocument): readonly Choice[] {
  const force: readonly Choice[] =
    transition === null
      ? []
      : [
          {
            title: `Force the transition of ${visible(transition.patch)}`,
            operation: { do: 'force', patch: transition.patch },
          },
        ];
  return [...patches.map(switchChoice), ...force];
}

function switchChoice({ name, enabled, inTransition }: PatchEntry): Choice {
  const value = enabled === false;
  const verb = value ? 'Enable' : 'Disable';
  const title = `${verb} ${visible(name)}`;
  return {
    title: inTransition === true ? `${title}: turn its transition round` : title,
    operation: { do: 'write-enabled', patch: name, value },
  };
}

/** What may be done to one thread: the one that is selected among those that block. */
export function threadChoices(blocker: Blocker): readonly Choice[] {
  const { tid, comm, kthread } = blocker;
  if (tid === null) return [];
  const who = threadName(blocker);
  const child = { comm: comm ?? 'child', kthread: kthread ?? false };
  return [
    { title: `Wake ${who}: what it waits for has come`, operation: { do: 'wake', tid } },
    { title: `Kill ${who}`, operation: { do: 'kill', tid } },
    {
      title: `Fork: ${who} makes a thread`,
      operation: { do: 'create-thread', maker: tid, thread: child },
    },
  ];
}

/** Where no thread blocks there is still init to make one. */
export const forkOfInit: Choice = {
  title: 'Fork: init makes a process',
  operation: { do: 'create-thread', maker: 1, thread: { comm: 'worker', ppid: 1 } },
};

/** Names of modules that one may try to unload: of livepatches, of patched objects, left over. */
export function moduleNames({ patches, ghosts }: StatusDocument): readonly string[] {
  const objects = patches.flatMap((patch) =>
    patch.objects.filter(({ loaded }) => loaded !== false).map(({ name }) => name),
  );
  const names = new Set([
    ...ghosts.map(({ module }) => module),
    ...objects.filter((name) => name !== 'vmlinux'),
    ...patches.map(({ name }) => name),
  ]);
  return [...names];
}
