import { Component, type ReactNode } from 'react';

interface Props {
  readonly children: ReactNode;
  /** When it changes, drawing is tried again: the user has gone to another screen. */
  readonly resetKey: string;
}

interface State {
  readonly error: Error | undefined;
  readonly key: string;
}

/** Catches a defect of one screen, so that the others stay usable and a run can still be cancelled. */
export class ErrorBoundary extends Component<Props, State> {
  static getDerivedStateFromError(error: Error): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.resetKey === state.key ? null : { error: undefined, key: props.resetKey };
  }

  override readonly state: State = { error: undefined, key: this.props.resetKey };

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div className="empty-state" role="alert">
        <h2>This screen could not be shown</h2>
        <p>{error.message}</p>
        <p>This is a defect of Sluice. Runs are not affected by it.</p>
        <button type="button" onClick={() => window.location.reload()}>
          Reload the window
        </button>
      </div>
    );
  }
}
