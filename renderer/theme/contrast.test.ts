/**
 * Every tone that text has, on every ground that it can stand on, at rest and under the pointer, in
 * both themes: a contrast of 4.5 at least (WCAG 2.2, success criterion 1.4.3, with its definition of
 * relative luminance).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '..');
const sheets = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.css'))
  .map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
const tokens = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');

type Colour = readonly [number, number, number];
const themes = ['light', 'dark'] as const;
type Theme = (typeof themes)[number];

function colourOf(hex: string): Colour {
  const [r = NaN, g = NaN, b = NaN] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return [r, g, b];
}

function token(name: string, theme: Theme): Colour {
  const [, light, dark] =
    new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\);`).exec(tokens) ?? [];
  if (light === undefined || dark === undefined) throw new Error(`no colour --${name}`);
  return colourOf(theme === 'light' ? light : dark);
}

/** `share` of one colour over another. */
function mix(one: Colour, share: number, other: Colour): Colour {
  const part = (at: 0 | 1 | 2) => one[at] * share + other[at] * (1 - share);
  return [part(0), part(1), part(2)];
}

function luminance(colour: Colour): number {
  const [r = NaN, g = NaN, b = NaN] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: Colour, other: Colour): number {
  const [dark = NaN, light = NaN] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const tones = ['text', 'quiet', 'settled', 'moving', 'stuck', 'unknown'];
const grounds = [
  'ground',
  'panel',
  'selected',
  'settled-soft',
  'moving-soft',
  'stuck-soft',
  'unknown-soft',
];

/** What `--hover` lays over a ground. */
const hoverShare =
  Number(/--hover: color-mix\(in srgb, var\(--text\) (\d+)%, transparent\);/.exec(tokens)?.[1]) /
  100;

const pairs = themes.flatMap((theme) =>
  tones.flatMap((tone) => grounds.map((ground) => [theme, tone, ground] as const)),
);

test.each(pairs)('%s: %s on %s, at rest and under the pointer', (theme, tone, ground) => {
  const [text, rest] = [token(tone, theme), token(ground, theme)];
  expect(contrast(text, rest)).toBeGreaterThanOrEqual(4.5);
  const hovered = mix(token('text', theme), hoverShare, rest);
  expect(contrast(text, hovered)).toBeGreaterThanOrEqual(4.5);
});

test('the luminance is that of the definition', () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
  // What axe said of the tone that was chosen first, on a ground under the pointer.
  expect(contrast(colourOf('#b8480b'), colourOf('#e9eaec'))).toBeCloseTo(4.39, 2);
});

const onButton = { light: '#ffffff', dark: '#0e1116' } as const;

test.each(themes)('%s: the words of the main button, at rest and under the pointer', (theme) => {
  const words = colourOf(onButton[theme]);
  const rest = token('moving', theme);
  expect(contrast(words, rest)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(words, mix(rest, 0.88, token('text', theme)))).toBeGreaterThanOrEqual(4.5);
});

/** Values of a property in all style sheets, but for forced colours, which are the system's. */
function valuesOf(property: string): Set<string> {
  const pattern = new RegExp(`(?<![\\w-])${property}:\\s*([^;]+);`, 'g');
  const values = sheets
    .filter(([name]) => !name.endsWith('tokens.css'))
    .flatMap(([, text]) => [...text.matchAll(pattern)].map(([, value = '']) => value));
  return new Set(values.map((value) => value.replaceAll(/\s+/g, ' ').trim()));
}

test('text has no other colours than these', () => {
  const known = new Set([
    ...tones.map((tone) => `var(--${tone})`),
    'inherit',
    // One of the four status colours, by `data-tone`.
    'var(--tone)',
    'var(--tone, var(--text))',
    'var(--tone, var(--quiet))',
    `light-dark(${onButton.light}, ${onButton.dark})`,
  ]);
  expect([...valuesOf('color')].filter((value) => !known.has(value))).toEqual([]);
});

test('text stands on no other grounds than these', () => {
  const known = new Set([
    'none',
    ...grounds.map((ground) => `var(--${ground})`),
    'var(--tone-soft)',
    'var(--hover)',
    // The same as `--hover` over a panel.
    'color-mix(in srgb, var(--text) 5%, var(--panel))',
    // The main button, above.
    'var(--moving)',
    'color-mix(in srgb, var(--moving) 88%, var(--text))',
  ]);
  /** Bars, dots, lines and veils: nothing is written on them. */
  const marks = new Set([
    'var(--line)',
    'var(--line-strong)',
    'var(--tone)',
    'var(--quiet)',
    'var(--stuck)',
    'var(--scrim)',
    'color-mix(in srgb, var(--ground) 86%, transparent)',
    'color-mix(in srgb, var(--moving) 32%, transparent)',
    'CanvasText',
    'Highlight',
    'Highlight !important',
  ]);
  const open = [...valuesOf('background'), ...valuesOf('background-color')].filter(
    (value) => !known.has(value) && !marks.has(value) && !value.startsWith('repeating-linear'),
  );
  expect(open).toEqual([]);
});
