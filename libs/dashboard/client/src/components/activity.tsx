import type { HolderActivity } from '@nestjs-flamingock/core';
import { count, duration } from '../format.js';
import { useLive } from '../hooks.js';
import { ChangeLink, Name } from './basics.js';

/** What the holder of the lock is at work on just now, from the store's own record of it. */
export function Activity({ changeId }: { changeId?: string }) {
  const activity = useLive().state?.activity;
  if (!activity || (changeId !== undefined && activity.changeId !== changeId)) return null;
  return <ActivityView activity={activity} />;
}

function ActivityView({ activity }: { activity: HolderActivity }) {
  const { changeId, position, of, runningMs, progress } = activity;
  const far =
    progress &&
    (progress.total === undefined
      ? `${count(progress.done)} done`
      : `${count(progress.done)} of ${count(progress.total)}`);
  return (
    <div class="stack">
      <p>
        Applying <ChangeLink id={changeId} /> ({count(position)} of {count(of)}) for {duration(runningMs)}
        {far !== undefined && `, ${far}`}
        {progress?.note !== undefined && (
          <>
            {': '}
            <Name>{progress.note}</Name>
          </>
        )}
      </p>
      {progress && <Bar done={progress.done} total={progress.total} changeId={changeId} />}
    </div>
  );
}

/** How much there is to do may have been counted before more came. */
function Bar({ done, total, changeId }: { done: number; total: number | undefined; changeId: string }) {
  const label = `Progress of ${changeId}`;
  if (total === undefined) return <progress aria-label={label} />;
  return (
    <progress aria-label={label} max={Math.max(total, 1)} value={total === 0 ? 1 : Math.min(done, total)} />
  );
}
