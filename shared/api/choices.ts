/** Lists that the contract and the command line share; apart from it, since it carries schemas. */

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Views of a host: the window's tabs, and what `--view` of its command line may name. */
export const viewNames = ['transition', 'livepatches', 'functions', 'findings', 'files'] as const;
export type ViewName = (typeof viewNames)[number];

/** What the system's dialog is asked to let a person choose. */
export const dialogKinds = ['file', 'folder', 'scenario'] as const;
export type DialogKind = (typeof dialogKinds)[number];
