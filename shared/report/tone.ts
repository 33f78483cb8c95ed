/** How a host, or a part of it, is doing; each has a shape, a word and a colour wherever it is shown. */
export const tones = ['settled', 'moving', 'stuck', 'unknown'] as const;
export type Tone = (typeof tones)[number];
