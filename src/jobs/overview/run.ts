import { CofferError, ERROR_EXIT } from '../../contract/errors.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { OverviewResult, PlaceOverview } from '../../contract/results.ts'
import { isoTime } from '../../contract/time.ts'
import { forEachConcurrent } from '../concurrency.ts'
import { oneExitCode } from '../exit-code.ts'
import { exitOfUnreadable, runList } from '../list/run.ts'
import { openArchiveLocation } from '../open-archive.ts'
import { standingOf } from './standing.ts'

const AT_ONCE = 4

/**
 * How all backups of some places stand. A place that can't be read says why and hides none of the others.
 * @returns a place or a backup that can't be read has its reason in the result, and leads the exit code
 * @throws INTERRUPTED
 */
export async function runOverview(
  request: Extract<JobRequest, { kind: 'overview' }>,
  context: JobContext,
): Promise<JobResult<OverviewResult>> {
  const now = Date.now()
  const places: PlaceOverview[] = []
  for (const place of request.places) places.push(await placeOf(place, request, now, context))
  const result: OverviewResult = { kind: 'overview', checked_at: isoTime(now), days: request.days, places }
  return {
    exitCode: oneExitCode(
      places.flatMap(({ error, unreadable }) => [
        ...(error === null ? [] : [ERROR_EXIT[error.code]]),
        ...unreadable.map(exitOfUnreadable),
      ]),
    ),
    result,
  }
}

async function placeOf(
  { name, archive }: Extract<JobRequest, { kind: 'overview' }>['places'][number],
  { environment, days }: Extract<JobRequest, { kind: 'overview' }>,
  now: number,
  context: JobContext,
): Promise<PlaceOverview> {
  const place: PlaceOverview = { name, location: null, error: null, backups: [], unreadable: [] }
  try {
    const storage = await openArchiveLocation(archive, environment)
    try {
      place.location = storage.location
      const { result } = await runList(storage, null, context)
      place.unreadable.push(...result.unreadable)
      await forEachConcurrent(result.backups, AT_ONCE, async ({ backup_id: id }) => {
        try {
          place.backups.push(await standingOf(storage, id, now, days))
        } catch (error) {
          if (!(error instanceof CofferError) || error.code === 'INTERRUPTED') throw error
          place.unreadable.push({ backup_id: id, code: error.code, message: error.message })
        }
      })
      place.backups.sort((a, b) => (a.backup_id < b.backup_id ? -1 : 1))
    } finally {
      await storage.close()
    }
  } catch (error) {
    if (!(error instanceof CofferError) || error.code === 'INTERRUPTED') throw error
    place.error = { code: error.code, message: error.message }
  }
  return place
}
