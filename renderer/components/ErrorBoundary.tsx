import { Component, type ReactNode } from 'react';
import { CopyButton } from './CopyButton';
import { EmptyState } from './EmptyState';

interface State {
  readonly error: Error | null;
}

/** Keeps a bug in one view from taking the window with it. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <EmptyState tone="stuck" title="This could not be shown">
        <p>It is a mistake of Klpscope, not of the host. Other hosts and views still work.</p>
        <p className="text-selectable small">
          <code>{error.message}</code>
          <CopyButton quiet what="error" text={error.stack ?? error.message} />
        </p>
        <button type="button" className="button" onClick={() => this.setState({ error: null })}>
          Try again
        </button>
      </EmptyState>
    );
  }
}
