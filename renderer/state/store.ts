/**
 * What the window knows: one slice per host, and what the person has chosen on it. Fed by the
 * bridge (`feed.ts`), changed by `actions.ts`, read by the components.
 */
import { create } from 'zustand';
import type { AppInfo, Host, Settings } from '../../shared/api/contract';
import { firstView, freshView, type HostView } from './views';

export type Overlay =
  | { readonly kind: 'palette' }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'force'; readonly patch: string; readonly blocking: number | null }
  | { readonly kind: 'take-over'; readonly host: string }
  | { readonly kind: 'what-if'; readonly host: string };

export interface Toast {
  readonly id: number;
  readonly tone: 'plain' | 'stuck';
  readonly title: string;
  readonly text: string;
}

export interface WindowState {
  /** Null until the main process has answered. */
  readonly info: AppInfo | null;
  readonly settings: Settings | null;
  readonly hosts: Readonly<Record<string, Host>>;
  /** Ids in the order in which they were opened. */
  readonly order: readonly string[];
  /** Null: the start screen. */
  readonly selected: string | null;
  readonly views: Readonly<Record<string, HostView>>;
  readonly overlay: Overlay | null;
  readonly toasts: readonly Toast[];
  /** Said by screen readers when it changes. */
  readonly announcement: string;
  /** Width of the detail pane in CSS pixels. */
  readonly detailWidth: number;
}

export const useWindow = create<WindowState>()(() => ({
  info: null,
  settings: null,
  hosts: {},
  order: [],
  selected: null,
  views: {},
  overlay: null,
  toasts: [],
  announcement: '',
  detailWidth: 400,
}));

export function selectedHost(state: WindowState): Host | null {
  return state.selected === null ? null : (state.hosts[state.selected] ?? null);
}

export function viewOf(state: WindowState, id: string): HostView {
  return state.views[id] ?? freshView;
}

export function changeView(id: string, change: Partial<HostView>): void {
  useWindow.setState((state) => ({
    views: { ...state.views, [id]: { ...viewOf(state, id), ...change } },
  }));
}

export function putHost(host: Host): void {
  useWindow.setState((state) => {
    const view = viewOf(state, host.id);
    const settledView =
      view.view === null && host.status !== null ? { ...view, view: firstView(host.status) } : view;
    return {
      hosts: { ...state.hosts, [host.id]: host },
      order: state.order.includes(host.id) ? state.order : [...state.order, host.id],
      views: { ...state.views, [host.id]: settledView },
    };
  });
}

/** Forgets a host; its neighbour in the rail is selected in its place. */
export function dropHost(id: string): void {
  useWindow.setState((state) => {
    const place = state.order.indexOf(id);
    const order = state.order.filter((other) => other !== id);
    const neighbour = order[Math.min(Math.max(place, 0), order.length - 1)] ?? null;
    const { [id]: _host, ...hosts } = state.hosts;
    const { [id]: _view, ...views } = state.views;
    return { hosts, views, order, selected: state.selected === id ? neighbour : state.selected };
  });
}

export function announce(announcement: string): void {
  useWindow.setState({ announcement });
}

let lastToast = 0;

export function addToast(toast: Omit<Toast, 'id'>): void {
  lastToast += 1;
  const id = lastToast;
  useWindow.setState((state) => ({ toasts: [...state.toasts, { ...toast, id }].slice(-3) }));
}

export function dropToast(id: number): void {
  useWindow.setState((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) }));
}
