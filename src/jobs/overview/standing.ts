import { manifestSignature } from '../../archive/manifest/signature.ts'
import { requireManifest } from '../../archive/manifest/store.ts'
import { manifestKey } from '../../archive/paths.ts'
import type { Manifest } from '../../archive/types.ts'
import type { CustodyEntry } from '../../contract/evidence/custody.ts'
import type { BackupStanding, StreamStanding } from '../../contract/results.ts'
import { english, type Said, say } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { readCustody } from '../../journal/custody.ts'
import { generationsOf } from '../../journal/generations.ts'
import type { Storage } from '../../storage/storage.ts'
import { storageFacts } from '../custody/storage-facts.ts'
import { testedAs } from '../custody/tested-restore.ts'
import { overviewOf } from '../list/overview.ts'
import { addRecords, addRun, DAY_MS, emptyDays, lostOf } from './days.ts'

const MOST_STREAMS = 1_000

/**
 * How one backup stands, from its manifests, its log of custody and what the storage says of its lock. No segment is
 * read. Runs are read back to the first day that is asked for, and on to the last good one.
 * @throws ARCHIVE_MISSING, MANIFEST_DAMAGED, STORAGE_…
 */
export async function standingOf(
  storage: Storage,
  backupId: string,
  now: number,
  days: number,
): Promise<BackupStanding> {
  const loaded = await requireManifest(storage, backupId)
  const { manifest, bytes } = loaded
  const overview = await overviewOf(storage, manifest)
  const problems: Said[] = []
  const coverage = emptyDays(now, days)
  const from = Math.floor(now / DAY_MS) - days + 1
  addRecords(coverage, from, manifest)

  const ends = new Map<number, number>()
  let lastGood: number | null = null
  for await (const generation of generationsOf(storage, loaded, (why) => problems.push(why))) {
    const { run } = generation.coffer
    ends.set(generation.coffer.generation, run.ended_at ?? run.started_at)
    addRun(coverage, from, generation)
    if (run.state === 'complete') lastGood = Math.max(lastGood ?? 0, run.ended_at ?? run.started_at)
    if (lastGood !== null && run.started_at < from * DAY_MS) break
  }

  const custody = await readCustody(storage, backupId)
  for (const { key, reason, said } of custody.problems)
    problems.push(say('custody.logBroken', { object: key, why: said ?? reason }))
  const logged = custody.entries.findLast(
    (entry) => entry.action === 'backed-up' && entry.details.generation === manifest.coffer?.generation,
  )
  if (logged !== undefined && logged.sha256 !== loaded.sha256) {
    const values = { at: logged.at, sha256: loaded.sha256, logged: logged.sha256 ?? 'null' }
    problems.push(say('custody.otherLogged', values))
  }
  const streams = streamsOf(manifest, ends)
  const last = manifest.topics.flatMap((topic) => topic.partitions.flatMap((one) => one.segments)).at(-1)
  const looked = [manifestKey(backupId), ...(last === undefined ? [] : [last.key])]
  const { coffer } = manifest
  return {
    backup_id: backupId,
    state: overview.state,
    last_run_at: overview.updated_at,
    last_good_at: lastGood === null ? null : isoTime(lastGood),
    generation: overview.generation,
    records: overview.statistics.records,
    stored_bytes: overview.statistics.stored_bytes,
    signature:
      coffer === undefined ? null : (await manifestSignature(storage, backupId, coffer.generation, bytes)).state,
    streams: streams.slice(0, MOST_STREAMS),
    streams_total: streams.length,
    lost_offsets: streams.reduce((sum, stream) => sum + stream.lost_offsets, 0),
    coverage,
    ...restoresOf(custody.entries),
    lock: (await storageFacts(storage, looked)).lock,
    problems: problems.map((one) => english(one)),
    ...(problems.length === 0 ? {} : { sayings: problems }),
  }
}

function streamsOf(manifest: Manifest, ends: ReadonlyMap<number, number>): StreamStanding[] {
  return manifest.topics.map(({ name, partitions }) => {
    const account = partitions.flatMap((one) => one.account ?? [])
    const newest = account.reduce((most, entry) => Math.max(most, entry.generation), 0)
    const end = ends.get(newest)
    return {
      topic: name,
      partitions: partitions.length,
      records: partitions.reduce((sum, one) => sum + one.segments.reduce((all, part) => all + part.record_count, 0), 0),
      last_backup_at: end === undefined ? null : isoTime(end),
      lost_offsets: account.reduce((sum, entry) => sum + lostOf(entry), 0),
    }
  })
}

/** The last restore, and the last proof of one, as the log of custody has them. */
function restoresOf(entries: readonly CustodyEntry[]): Pick<BackupStanding, 'last_restore' | 'last_proof'> {
  const restored = entries.findLast((entry) => entry.action === 'restored')
  const proofs = entries.filter((entry) => entry.action === 'validated')
  const proof = proofs.at(-1)
  const who = ({ actor }: CustodyEntry) => actor.name ?? `${actor.os_user}@${actor.host}`
  const resultOf = (entry: CustodyEntry | undefined) =>
    typeof entry?.details.overall_result === 'string' ? entry.details.overall_result : null
  return {
    last_restore:
      restored === undefined
        ? null
        : {
            at: restored.at,
            by: who(restored),
            records: typeof restored.details.records === 'number' ? restored.details.records : 0,
            validated: testedAs(restored, entries),
          },
    last_proof:
      proof === undefined
        ? null
        : { at: proof.at, by: who(proof), report_id: proof.subject, overall_result: resultOf(proof) ?? 'unknown' },
  }
}
