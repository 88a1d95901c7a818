import type { ApiVersions } from './api.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

export interface ApiVersionsAnswer {
  errorCode: number
  versions: ApiVersions
  /** Finalized features (KIP-584): name → highest level. Empty before version 3. */
  finalizedFeatures: ReadonlyMap<string, number>
}

/** ApiVersions, versions 0 to 3. Version 3 tells the broker who we are (KIP-511). */
export function encodeApiVersions(version: number): Buffer {
  if (version < 3) return Buffer.alloc(0)
  return new ByteWriter().compactString('coffer').compactString('1').noTags().bytes()
}

/** A broker that does not know version 3 answers in version 0's form, with error 35 (KIP-511). */
export function decodeApiVersions(answer: Buffer, version: number): ApiVersionsAnswer {
  const reader = new ByteReader(answer)
  const errorCode = reader.int16()
  const versions = new Map<number, { min: number; max: number }>()
  const finalizedFeatures = new Map<string, number>()
  const flexible = version >= 3 && errorCode !== 35
  const element = (r: ByteReader) => {
    versions.set(r.int16(), { min: r.int16(), max: r.int16() })
    if (flexible) r.taggedFields()
  }
  if (!flexible) {
    reader.array(element)
    return { errorCode, versions, finalizedFeatures }
  }
  reader.compactArray(element)
  reader.int32()
  reader.taggedFields((tag, field) => {
    const finalized = 2
    if (tag !== finalized) return
    field.compactArray((r) => {
      const name = r.compactString()
      finalizedFeatures.set(name, r.int16())
      r.int16()
      r.taggedFields()
    })
  })
  return { errorCode, versions, finalizedFeatures }
}

/**
 * Kafka's release by its finalized `metadata.version` level (org.apache.kafka.server.common.MetadataVersion). The
 * level is the lowest release that has it, so it may be older than the software that runs.
 */
export function kafkaReleaseOf(level: number): string | null {
  const releases: readonly (readonly [number, string])[] = [
    [28, '4.2'],
    [26, '4.1'],
    [22, '4.0'],
    [21, '3.9'],
    [20, '3.8'],
    [15, '3.7'],
    [12, '3.6'],
    [9, '3.5'],
    [8, '3.4'],
    [4, '3.3'],
    [3, '3.2'],
    [2, '3.1'],
    [1, '3.0'],
  ]
  const lastKnown = 29
  if (level > lastKnown) return null
  return releases.find(([from]) => level >= from)?.[1] ?? null
}
