/** What stands in each tab: the compiler asks for a row for every name in `shared/api/choices.ts`. */
import type { ComponentType } from 'react';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import type { Tone } from '../../state/headline';
import type { ViewId } from '../../state/views';
import { FilesView } from '../files/FilesView';
import type { PanelProps } from '../shared/panel';
import { FindingsView } from '../findings/FindingsView';
import { FunctionsView } from '../functions/FunctionsView';
import { LivepatchesView } from '../livepatches/LivepatchesView';
import { TransitionView } from '../transition/TransitionView';

export interface Badge {
  /** The number behind the title of the tab; 0 shows none. */
  readonly count: number;
  readonly tone: Tone | null;
}

interface View {
  readonly Panel: ComponentType<PanelProps>;
  /** @param tone of the host's headline; null: the view counts nothing */
  readonly badge: ((status: StatusDocument, tone: Tone) => Badge) | null;
}

export const panels: Readonly<Record<ViewId, View>> = {
  transition: {
    Panel: TransitionView,
    badge: ({ transition }, tone) => ({ count: transition?.threads.blocking ?? 0, tone }),
  },
  livepatches: {
    Panel: LivepatchesView,
    badge: ({ patches }) => ({ count: patches.length, tone: null }),
  },
  functions: {
    Panel: FunctionsView,
    badge: ({ functions }) => ({ count: functions.length, tone: null }),
  },
  findings: {
    Panel: FindingsView,
    badge: ({ findings }) => ({
      count: findings.length,
      tone: findings.some(({ severity }) => severity !== 'info') ? 'stuck' : null,
    }),
  },
  files: { Panel: FilesView, badge: null },
};
