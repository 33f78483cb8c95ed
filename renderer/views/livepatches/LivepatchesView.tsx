import { useMemo } from 'react';
import { EmptyState } from '../../components/EmptyState';
import { Split } from '../../components/Split';
import { changeView } from '../../state/store';
import type { ActiveFunction, StatusDocument } from '../../../shared/report/statusDocument';
import type { PanelProps } from '../shared/panel';
import { noLivepatch, orderText } from '../../../shared/report/emptyViews';
import { FunctionDetail } from '../shared/FunctionDetail';
import { useHostView } from '../shared/useHostView';
import { Ghosts } from './Ghosts';
import { OriginalKernel } from './OriginalKernel';
import { PatchCard } from './PatchCard';
import { functionKey, stackOf } from '../../../shared/report/roles';
import { useRowKeys } from './useRowKeys';
import './LivepatchesView.css';

/** The stack as a stack: what runs on top, the original kernel at the bottom. */
export function LivepatchesView({ host, status }: PanelProps) {
  const { chosen, detailOpen, set } = useHostView(host.id, 'livepatches');
  const patches = useMemo(() => [...status.patches].reverse(), [status.patches]);
  const shown = chosenFunction(status, chosen);
  const shownKey = shown === null ? null : functionKey(shown.object, shown.name, shown.sympos);
  const onKeyDown = useRowKeys();

  if (status.patches.length === 0) return <Nothing status={status} />;
  return (
    <Split
      detailLabel="Function"
      open={detailOpen}
      onClose={() => changeView(host.id, { detailOpen: false })}
      detail={
        shown === null ? null : (
          <FunctionDetail key={shownKey} entry={shown} status={status} host={host} />
        )
      }
    >
      <div className="view view--scroll livepatches" onKeyDown={onKeyDown}>
        <p className="quiet text-selectable">{orderText(status)}</p>
        {patches.map((patch) => (
          <PatchCard
            key={patch.name}
            patch={patch}
            status={status}
            chosen={shownKey}
            onChoose={(key) => {
              set({ chosen: key });
              changeView(host.id, { detailOpen: true });
            }}
          />
        ))}
        <Ghosts status={status} />
        <OriginalKernel status={status} />
      </div>
    </Split>
  );
}

function chosenFunction(status: StatusDocument, chosen: string | null): ActiveFunction | null {
  const found = status.functions.find(
    ({ object, name, sympos }) => functionKey(object, name, sympos) === chosen,
  );
  return found ?? topFunction(status) ?? status.functions[0] ?? null;
}

/** The first function that the livepatch on top shows. */
function topFunction(status: StatusDocument): ActiveFunction | null {
  const [object] = status.patches.at(-1)?.objects ?? [];
  const [first] = object?.functions ?? [];
  if (object === undefined || first === undefined) return null;
  return stackOf(status, object.name, first.name, first.sympos);
}

function Nothing({ status }: { readonly status: StatusDocument }) {
  const { tone, title, text } = noLivepatch(status);
  return (
    <div className="view view--scroll livepatches">
      <EmptyState tone={tone} title={title}>
        <p>{text}</p>
      </EmptyState>
      <Ghosts status={status} />
      <OriginalKernel status={status} />
    </div>
  );
}
