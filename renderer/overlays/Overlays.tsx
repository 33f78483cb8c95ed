import { TakeOver } from '../demo/TakeOver';
import type { Overlay } from '../state/store';
import { WhatIfDialog } from '../whatif/WhatIfDialog';
import { ForceDialog } from './ForceDialog';
import { Palette } from './Palette';
import { ShortcutSheet } from './ShortcutSheet';

/** The dialog that is open. Loaded with the first one, so that the start pays nothing for them. */
export default function Overlays({ overlay }: { readonly overlay: Overlay }) {
  switch (overlay.kind) {
    case 'palette':
      return <Palette />;
    case 'shortcuts':
      return <ShortcutSheet />;
    case 'force':
      return <ForceDialog patch={overlay.patch} blocking={overlay.blocking} />;
    case 'take-over':
      return <TakeOver id={overlay.host} />;
    case 'what-if':
      return <WhatIfDialog id={overlay.host} />;
  }
}
