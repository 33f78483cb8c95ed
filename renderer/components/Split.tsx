import { X } from 'lucide-react';
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import { useWindow } from '../state/store';

const narrowest = 280;
const widest = 720;
/** Pixels that a key makes it wider by; it lies to the right of its handle. */
const steps: ReadonlyMap<string, number> = new Map([
  ['ArrowLeft', 16],
  ['ArrowRight', -16],
]);

function resize(width: number): void {
  useWindow.setState({ detailWidth: Math.min(widest, Math.max(narrowest, Math.round(width))) });
}

/**
 * Content with a detail pane to its right, resizable by mouse and keys. Where there is no room for
 * two (see Split.css) the detail is a sheet over the lower half, shown while `open`.
 */
export function Split({
  children,
  detail,
  detailLabel,
  open,
  onClose,
}: {
  readonly children: ReactNode;
  readonly detail: ReactNode;
  readonly detailLabel: string;
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  const width = useWindow((state) => state.detailWidth);
  if (detail === null) return <div className="split">{children}</div>;
  return (
    <div
      className="split split--with-detail"
      style={{ ['--detail' as string]: `${width}px` }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      {children}
      <Handle width={width} />
      <aside className="split__detail" aria-label={detailLabel} data-open={open}>
        <button type="button" className="split__close icon-button" onClick={onClose}>
          <X size={16} aria-hidden />
          <span className="sr-only">Close {detailLabel}</span>
        </button>
        <div className="split__scroll" tabIndex={0} role="group" aria-label={detailLabel}>
          {detail}
        </div>
      </aside>
    </div>
  );
}

function startDrag(event: PointerEvent<HTMLDivElement>): void {
  event.currentTarget.setPointerCapture(event.pointerId);
  event.preventDefault();
}

function drag(event: PointerEvent<HTMLDivElement>): void {
  if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
  const area = event.currentTarget.parentElement?.getBoundingClientRect();
  if (area !== undefined) resize(area.right - event.clientX);
}

function Handle({ width }: { readonly width: number }) {
  const onKeyDown = (event: KeyboardEvent) => {
    const step = steps.get(event.key);
    if (step === undefined) return;
    event.preventDefault();
    resize(width + step);
  };
  return (
    <div
      className="split__handle"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the detail"
      aria-valuenow={width}
      aria-valuemin={narrowest}
      aria-valuemax={widest}
      tabIndex={0}
      onPointerDown={startDrag}
      onPointerMove={drag}
      onDoubleClick={() => resize(400)}
      onKeyDown={onKeyDown}
    />
  );
}
