import type { LockStatus } from '@nestjs-flamingock/core';
import type { ActionOffer } from '../../../src/api/contract.js';
import { useLive } from '../hooks.js';
import { Actions } from './actions.js';
import { Activity } from './activity.js';
import { Badge, Empty, Facts, Moment, Panel } from './basics.js';

/** Who holds the lock, and what for. The present is newer than what the page was read with. */
export function LockPanel({ lock: read, offers }: { lock: LockStatus; offers: readonly ActionOffer[] }) {
  const lock = useLive().state?.lock ?? read;
  const { held, record } = lock;
  return (
    <Panel title="Lock" end={<Badge tone={held ? 'warn' : 'ok'} state={held ? 'held' : 'free'} />}>
      <div class="stack">
        {held && <Activity />}
        {record ? (
          <Facts
            of={[
              [held ? 'holder' : 'last holder', `${record.host}, process ${record.pid}`],
              ['since', <Moment at={record.acquiredAt} near />],
              // A lock that was released has no end of its lease.
              [held ? 'lease until' : 'expired', record.expiresAt > 0 && <Moment at={record.expiresAt} />],
              ['token', String(record.token)],
            ]}
          />
        ) : (
          <Empty>Nobody has held it yet.</Empty>
        )}
        {held && record && <Actions offers={offers} subject={{ token: record.token }} />}
      </div>
    </Panel>
  );
}
