import type { Bridge } from '../../shared/api/channels';

declare global {
  interface Window {
    /** Put there by the preload script. */
    readonly klpscope: Bridge;
  }
}
