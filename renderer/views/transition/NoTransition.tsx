import { EmptyState } from '../../components/EmptyState';
import { visible } from '../../../shared/base/text';
import { show } from '../../state/actions';
import { countOf } from '../../../shared/base/words';
import type { PanelProps } from '../shared/panel';
import { calmText } from '../../../shared/report/calm';

/** The calm face: nothing moves, and what is applied. Or, plainly, that it is not known. */
export function NoTransition({ host, status }: PanelProps) {
  if (status.transitionState === 'unknown') {
    return (
      <EmptyState tone="unknown" title="Whether a transition runs is not known">
        {status.problems.slice(0, 3).map((problem) => (
          <p key={`${problem.path} ${problem.message}`} className="text-selectable">
            {visible(problem.message)}
          </p>
        ))}
        <button type="button" className="button" onClick={() => show(host.id, 'findings')}>
          What could not be read
        </button>
      </EmptyState>
    );
  }
  if (status.livepatch.supported === false) {
    return (
      <EmptyState tone="unknown" title="This kernel has no livepatching">
        <p>
          <code>/sys/kernel/livepatch</code> does not exist: the kernel was built without{' '}
          <code>CONFIG_LIVEPATCH</code>.
        </p>
      </EmptyState>
    );
  }
  if (status.patches.length === 0) {
    return (
      <EmptyState tone="settled" title="No livepatch is loaded">
        <p>{calmText(status, 'Every thread runs the kernel as it was booted.')}</p>
      </EmptyState>
    );
  }
  const applied = status.patches.filter((patch) => patch.enabled === true);
  return (
    <EmptyState tone="settled" title="No transition is running">
      <p>
        {applied.length === 0
          ? `${countOf(status.patches.length, 'livepatch', 'livepatches')}, none of them known to be enabled.`
          : calmText(
              status,
              `Every thread runs ${applied.map((patch) => visible(patch.name)).join(', ')}.`,
            )}
      </p>
      <button type="button" className="button" onClick={() => show(host.id, 'livepatches')}>
        What is applied
      </button>
    </EmptyState>
  );
}
