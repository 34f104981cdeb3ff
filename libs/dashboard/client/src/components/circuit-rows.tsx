import type { CircuitStatus } from '@nestjs-flamingock/core';
import type { ActionOffer } from '../../../src/api/contract.js';
import { count } from '../format.js';
import { Actions } from './actions.js';
import { Badge, Moment, Name, Text } from './basics.js';

/** Circuits, with what may be done about them. */
export function CircuitRows({
  circuits,
}: {
  circuits: readonly (CircuitStatus & { readonly actions?: readonly ActionOffer[] })[];
}) {
  return (
    <ul class="rows">
      {circuits.map(({ targetSystem, state, failures, since, until, error, actions = [] }) => (
        <li key={targetSystem}>
          <div class="line">
            <strong>
              <Name>{targetSystem}</Name>
            </strong>
            <Badge state={state} />
            <span>
              {count(failures)} {failures === 1 ? 'failure' : 'failures in a row'}, since{' '}
              <Moment at={since} near />
            </span>
            {until !== undefined && (
              <span>
                tried again <Moment at={until} near />
              </span>
            )}
          </div>
          <Text>{error}</Text>
          <Actions offers={actions} subject={{ targetSystem }} />
        </li>
      ))}
    </ul>
  );
}
