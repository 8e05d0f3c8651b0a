import { Component, type ReactNode } from 'react';
import kit from '../kit/kit.module.css';
import { Button } from '../kit/kit.tsx';
import { useSay } from '../texts/say.ts';

interface Props {
  readonly children: ReactNode;
  /** Another value: the page is tried anew. */
  readonly resetBy: string;
}

/** A page that throws does not take the others with it. */
export class FailureOfPage extends Component<Props, { readonly error: Error | null; readonly of: string }> {
  override state: { error: Error | null; of: string } = { error: null, of: '' };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidUpdate({ resetBy }: Props): void {
    if (resetBy !== this.props.resetBy && this.state.error) this.setState({ error: null });
  }

  override render(): ReactNode {
    return this.state.error ? <Failed message={this.state.error.message} /> : this.props.children;
  }
}

function Failed({ message }: { readonly message: string }) {
  const say = useSay();
  return (
    <div className={kit.problem} role="alert">
      <strong>{say('problem.page')}</strong>
      <p>{say('problem.page.remedy')}</p>
      <p>
        <code>{message}</code>
      </p>
      <footer>
        <Button onClick={() => location.reload()}>{say('problem.load')}</Button>
      </footer>
    </div>
  );
}
