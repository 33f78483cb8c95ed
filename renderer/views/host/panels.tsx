import type { ComponentType } from 'react';
import type { ViewId } from '../../state/views';
import { FilesView } from '../files/FilesView';
import type { PanelProps } from '../shared/panel';
import { FindingsView } from '../findings/FindingsView';
import { FunctionsView } from '../functions/FunctionsView';
import { LivepatchesView } from '../livepatches/LivepatchesView';
import { TransitionView } from '../transition/TransitionView';

export const panels: Readonly<Record<ViewId, ComponentType<PanelProps>>> = {
  transition: TransitionView,
  livepatches: LivepatchesView,
  functions: FunctionsView,
  findings: FindingsView,
  files: FilesView,
};
