import { EmptyState } from '../../components/EmptyState';
import { visible } from '../../../shared/base/text';
import { show } from '../../state/actions';
import type { PanelProps } from '../shared/panel';
import { noTransition } from '../../../shared/report/emptyViews';
import { viewWords } from '../../../shared/words/views';

/** The calm face: nothing moves, and what is applied. Or, plainly, that it is not known. */
export function NoTransition({ host, status }: PanelProps) {
  if (status.transitionState === 'unknown') {
    return (
      <EmptyState tone="unknown" title={viewWords.noTransition.cautious(undefined, 'transition')}>
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
  const { tone, title, text } = noTransition(status);
  return (
    <EmptyState tone={tone} title={title}>
      <p>{text}</p>
      {status.patches.length === 0 ? null : (
        <button type="button" className="button" onClick={() => show(host.id, 'livepatches')}>
          What is applied
        </button>
      )}
    </EmptyState>
  );
}
