import { ROUTES, type CircuitsAnswer } from '../../../src/api/contract.js';
import { Empty, PageHead, Panel } from '../components/basics.js';
import { CircuitRows } from '../components/circuit-rows.js';
import { Loaded } from '../components/loaded.js';
import { useResource } from '../hooks.js';

/** A circuit opens and closes without an entry or a decision. */
const EVERY_MS = 10_000;

/** Target systems that have failed, and may be left alone for a while. */
export function CircuitsPage() {
  const circuits = useResource<CircuitsAnswer>(ROUTES.circuits, undefined, EVERY_MS);
  return (
    <>
      <PageHead title="Circuits" />
      <Loaded of={circuits}>
        {({ circuits: list }) => (
          <Panel title="Target systems that have failed, and not succeeded since">
            {list.length > 0 ? <CircuitRows circuits={list} /> : <Empty>None.</Empty>}
          </Panel>
        )}
      </Loaded>
    </>
  );
}
