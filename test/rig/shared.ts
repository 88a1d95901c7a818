import { randomBytes } from 'node:crypto'
import { type JavaClient, startJavaClient } from './java-client.ts'
import { startKafka } from './kafka.ts'
import { type S3Access, type S3Server, s3Server, startS3 } from './s3.ts'

/** What `test/run.ts` hands to the test files, so that they share one broker. */
export const SHARED_KAFKA_ENV = 'COFFER_TEST_KAFKA'
export const SHARED_S3_ENV = 'COFFER_TEST_S3'

/** What tells test files of a broker and an S3 server that run already. */
export function sharedEnvironment(kafka: SharedKafka, s3: S3Access): Record<string, string> {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3
  const access: S3Access = { endpoint, region, accessKeyId, secretAccessKey }
  return { [SHARED_KAFKA_ENV]: kafka.bootstrap, [SHARED_S3_ENV]: JSON.stringify(access) }
}

/** A broker that others use as well: make topics and groups of your own (`uniqueName`), and change nothing global. */
export interface SharedKafka {
  /** `localhost:PORT`, plaintext. */
  readonly bootstrap: string
}

let kafka: Promise<SharedKafka> | undefined

/**
 * The broker of this test run: the one that `test/run.ts` started, or, when a file runs on its own, one that is started
 * now and stopped when the file has run. A test that kills, restarts or secures its broker calls `startKafka`.
 */
export function useKafka(): Promise<SharedKafka> {
  const given = process.env[SHARED_KAFKA_ENV]
  kafka ??= given === undefined ? startKafka() : Promise.resolve({ bootstrap: given })
  return kafka
}

let java: Promise<JavaClient> | undefined

/** Kafka's own Java clients for the broker of `useKafka`; one process for a test file. */
export function useJava(): Promise<JavaClient> {
  java ??= useKafka().then((rig) => startJavaClient(rig.bootstrap))
  return java
}

let s3: Promise<S3Server> | undefined

/** The S3 server of this test run, or one started now; make buckets of your own. Tests that stop it call `startS3`. */
export function useS3(): Promise<S3Server> {
  const given = process.env[SHARED_S3_ENV]
  s3 ??= given === undefined ? startS3() : Promise.resolve(s3Server(JSON.parse(given) as S3Access))
  return s3
}

/** `prefix-` and eight random characters: a topic, group or bucket name that no other test has. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`
}
