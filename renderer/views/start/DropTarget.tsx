import { useEffect, useState } from 'react';
import { openTargets } from '../../state/actions';
import { targetOfPath } from './dropped';

/** Captures may be dropped anywhere on the window. */
export function DropTarget() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const onDragOver = (event: DragEvent) => {
      event.preventDefault();
      setOver(event.dataTransfer?.types.includes('Files') ?? false);
    };
    const onDragLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      const targets = [...(event.dataTransfer?.items ?? [])].flatMap(targetOfItem);
      openTargets(targets);
    };
    window.addEventListener('dragover', onDragOver);
    window.addEventListener('dragleave', onDragLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragover', onDragOver);
      window.removeEventListener('dragleave', onDragLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, []);
  return over ? <div className="drop-target">Drop to open</div> : null;
}

function targetOfItem(item: DataTransferItem): string[] {
  const file = item.getAsFile();
  const path = file === null ? '' : window.klpscope.pathOfFile(file);
  if (path === '') return [];
  return [targetOfPath(path, item.webkitGetAsEntry()?.isDirectory ?? false)];
}
