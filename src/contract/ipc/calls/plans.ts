import { z } from 'zod'
import { jobId } from '../job.ts'
import { MAX_NAME, MAX_PATH, MAX_TEXT, MAX_WARNINGS } from '../limits.ts'
import { clock, patterns, plan, planId, planInput, scheduledRun, scheduleStatus, systemEntry } from '../plan.ts'
import { said } from '../said.ts'
import type { CallSchemas } from './schemas.ts'

const count = z.number()
const scheduleName = z.string().min(1).max(MAX_NAME)

export const planCalls = {
  'plans.list': { input: z.null(), output: z.array(plan) },
  'plans.get': { input: z.object({ id: planId }), output: plan },
  /** Writes the plan's YAML file, after its whole check. @throws CONFIG_…, CONFIG_CONFLICT where the id or name is taken */
  'plans.save': { input: z.object({ plan: planInput, isNew: z.boolean() }), output: plan },
  /** The file and the schedules that run it; archives stay. */
  'plans.remove': { input: z.object({ id: planId }), output: z.null() },
  /** The plan as files, without saving it: YAML, and entries of system schedulers where there is a clock. */
  'plans.files': {
    input: z.object({ plan: planInput, clock: clock.nullable() }),
    output: z.object({
      yaml: z.string().max(MAX_TEXT),
      path: z.string().max(MAX_PATH),
      /** The environment variables that whoever runs the file has to set. */
      variables: z.array(z.string()),
      entries: z.array(systemEntry),
    }),
  },
  /** A dry run: contacts the cluster and the archive, and writes nothing. @throws what the backup would fail with */
  'plans.estimate': {
    input: z.object({ plan: planInput }),
    output: z.object({
      /** 1: nothing is archived yet. */
      generation: count,
      offsets: count,
      bytes: count.nullable(),
      seconds: count.nullable(),
      topicsTotal: count,
      /** The largest ones. */
      topics: z
        .array(z.object({ topic: z.string(), partitions: count, offsets: count, bytes: count.nullable() }))
        .max(50),
      warnings: z.array(z.string()).max(MAX_WARNINGS),
      sayings: z.array(said).max(MAX_WARNINGS).exactOptional(),
      location: z.string(),
    }),
  },
  /** Starts its job now; where it has a schedule, the run stands in the schedule's history. @throws LOCKED while one runs */
  'plans.run': { input: z.object({ id: planId }), output: z.object({ jobId }) },
  /** What the archive itself says of its last run. */
  'plans.standing': {
    input: z.object({ id: planId }),
    output: z
      .object({
        location: z.string(),
        backupId: z.string(),
        state: z.enum(['running', 'complete', 'interrupted', 'failed', 'unknown']),
        /** When the archive last moved forward. */
        updatedAt: z.string().nullable(),
        generation: count.nullable(),
        topics: count,
        records: count,
        storedBytes: count,
        /** Archives of a plan that makes full backups. */
        archives: count,
      })
      .nullable(),
  },
  /** Keys of the key store that can sign a manifest. */
  'plans.signers': {
    input: z.null(),
    output: z.array(z.object({ name: z.string(), subject: z.string(), status: z.string(), usable: z.boolean() })),
  },
} as const satisfies CallSchemas<'plans'>

const schedule = scheduleStatus

export const scheduleCalls = {
  'schedules.list': {
    input: z.null(),
    /** `planId`: whose file it runs; null for schedules of other files. */
    output: z.array(z.object({ status: schedule, planId: planId.nullable() })),
  },
  /** Sets the schedule of a plan, under the plan's name: makes it, or changes it and keeps its history. */
  'schedules.set': { input: z.object({ planId, clock }), output: schedule },
  'schedules.pause': { input: z.object({ name: scheduleName, paused: z.boolean() }), output: schedule },
  'schedules.remove': { input: z.object({ name: scheduleName }), output: z.null() },
  'schedules.history': {
    input: z.object({ name: scheduleName, limit: z.number().int().min(1).max(1_000) }),
    output: z.array(scheduledRun),
  },
  'schedules.export': { input: z.object({ name: scheduleName }), output: z.array(systemEntry) },
  /** When a clock is due next, without keeping it. `problem`: what is wrong with it, in a sentence. */
  'schedules.preview': {
    input: z.object({ clock }),
    output: z.object({
      /** `starts` is later than `due` where quiet hours hold then. */
      next: z.array(z.object({ due: z.string(), starts: z.string() })).max(5),
      problem: z.string().nullable(),
      said: said.exactOptional(),
    }),
  },
} as const satisfies CallSchemas<'schedules'>

const topic = z.object({
  topic: z.string(),
  partitions: count,
  internal: z.boolean(),
  storedBytes: count.nullable(),
  /** Whether the patterns take it. */
  matched: z.boolean(),
  details: z
    .object({
      offsets: count,
      retentionMs: count.nullable(),
      retentionBytes: count.nullable(),
      cleanupPolicy: z.string().nullable(),
    })
    .nullable(),
})
export type ClusterTopic = z.infer<typeof topic>

const totals = z.object({ topics: count, partitions: count, storedBytes: count.nullable() })

export const clusterCalls = {
  /**
   * The record streams (topics) of a cluster, a page at a time, and which of them patterns take right now. The list is
   * kept for a minute; `fresh` asks the cluster anew.
   */
  'clusters.topics': {
    input: z.object({
      connectionId: z.uuid(),
      include: patterns,
      exclude: patterns,
      internal: z.boolean(),
      search: z.string().max(300),
      matchedOnly: z.boolean(),
      sort: z.enum(['name', 'size', 'partitions']),
      offset: z.number().int().min(0).max(1_000_000),
      limit: z.number().int().min(1).max(200),
      fresh: z.boolean(),
    }),
    output: z.object({
      clusterId: z.string().nullable(),
      readAt: z.string(),
      sizesTold: z.boolean(),
      /** Of the cluster, without Kafka's own topics unless they were asked for. */
      all: totals,
      /** Of what the patterns take. */
      matched: totals,
      /** For each pattern of `include`, in order: how many it takes. */
      byPattern: z.array(count),
      /** What is wrong with a pattern, or null; by the lists' order. */
      problems: z.array(z.string()),
      sayings: z.array(said),
      /** Rows that the search leaves; `rows` is a page of them. */
      total: count,
      rows: z.array(topic),
    }),
  },
} as const satisfies CallSchemas<'clusters'>

export const storageCalls = {
  /** Whether the storage holds what is written there from now on, as it says itself. */
  'storages.lock': {
    input: z.object({ connectionId: z.uuid() }),
    output: z.object({
      location: z.string(),
      mode: z.enum(['COMPLIANCE', 'GOVERNANCE', 'none', 'unknown']),
      days: count.nullable(),
      place: z.enum(['in-bucket', 'in-folder']),
      reason: z.string(),
      said: said.exactOptional(),
    }),
  },
} as const satisfies CallSchemas<'storages'>
