import type { ComponentType } from 'react';
import type { Host } from '../../../shared/api/contract';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import type { ViewId } from '../../state/views';
import { FilesView } from '../files/FilesView';
import { FindingsView } from '../findings/FindingsView';
import { FunctionsView } from '../functions/FunctionsView';
import { LivepatchesView } from '../livepatches/LivepatchesView';
import { TransitionView } from '../transition/TransitionView';

export interface PanelProps {
  readonly host: Host;
  readonly status: StatusDocument;
}

export const panels: Readonly<Record<ViewId, ComponentType<PanelProps>>> = {
  transition: TransitionView,
  livepatches: LivepatchesView,
  functions: FunctionsView,
  findings: FindingsView,
  files: FilesView,
};
