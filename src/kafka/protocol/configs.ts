import type { ConfigEntry } from '../types.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

const TOPIC = 2

export interface TopicConfigsAnswer {
  topic: string
  errorCode: number
  said: string | null
  entries: ConfigEntry[]
}

/** DescribeConfigs, versions 1 and 2, for topics. */
export function encodeDescribeTopicConfigs(topics: readonly string[]): Buffer {
  const withSynonyms = false
  return new ByteWriter()
    .array(topics, (topic, w) => w.int8(TOPIC).string(topic).int32(-1))
    .bool(withSynonyms)
    .bytes()
}

export function decodeDescribeConfigs(answer: Buffer): { throttleMs: number; results: TopicConfigsAnswer[] } {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  const results = reader.array((r) => {
    const errorCode = r.int16()
    const said = r.nullableString()
    r.int8()
    const topic = r.string()
    const entries = r.array(decodeEntry)
    return { topic, errorCode, said, entries }
  })
  return { throttleMs, results }
}

const DEFAULT_CONFIG = 5

function decodeEntry(reader: ByteReader): ConfigEntry {
  const name = reader.string()
  const value = reader.nullableString()
  const readOnly = reader.bool()
  const source = reader.int8()
  const sensitive = reader.bool()
  reader.array((r) => {
    r.string()
    r.nullableString()
    r.int8()
  })
  return { name, value: sensitive ? null : value, source, isDefault: source === DEFAULT_CONFIG, sensitive, readOnly }
}

/** IncrementalAlterConfigs (KIP-339), version 0, for one topic. A null value goes back to the default. */
export function encodeAlterTopicConfigs(topic: string, changes: Readonly<Record<string, string | null>>): Buffer {
  const set = 0
  const remove = 1
  const validateOnly = false
  return new ByteWriter()
    .int32(1)
    .int8(TOPIC)
    .string(topic)
    .array(Object.entries(changes), ([name, value], w) => {
      w.string(name)
        .int8(value === null ? remove : set)
        .nullableString(value)
    })
    .bool(validateOnly)
    .bytes()
}

export interface NamedResult {
  errorCode: number
  said: string | null
  name: string
}

export function decodeAlterConfigs(answer: Buffer): { throttleMs: number; results: NamedResult[] } {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  const results = reader.array((r) => {
    const errorCode = r.int16()
    const said = r.nullableString()
    r.int8()
    return { errorCode, said, name: r.string() }
  })
  return { throttleMs, results }
}
