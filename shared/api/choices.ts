/** Lists that the contract and the command line share; apart from it, since it carries schemas. */

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/**
 * Views of a host, in the order of the window's tabs, menu entries and number keys; also what `--view`
 * of the command line may name.
 */
export const viewNames = ['transition', 'livepatches', 'functions', 'findings', 'files'] as const;
export type ViewName = (typeof viewNames)[number];

export interface ViewTitle {
  readonly title: string;
  /** The title with an `&` before the letter that chooses it in the menu. */
  readonly menuLabel: string;
}

export const viewTitles: Readonly<Record<ViewName, ViewTitle>> = {
  transition: { title: 'Transition', menuLabel: '&Transition' },
  livepatches: { title: 'Livepatches', menuLabel: '&Livepatches' },
  functions: { title: 'Functions', menuLabel: '&Functions' },
  findings: { title: 'Findings', menuLabel: 'Fi&ndings' },
  files: { title: 'Files', menuLabel: 'Fil&es' },
};

/** What the system's dialog is asked to let a person choose. */
export const dialogKinds = ['file', 'folder', 'scenario'] as const;
export type DialogKind = (typeof dialogKinds)[number];
