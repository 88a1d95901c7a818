import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

/** DescribeCluster (KIP-700), version 0, asked for what this user may do with the cluster. */
export function encodeDescribeCluster(): Buffer {
  const withOperations = true
  return new ByteWriter().bool(withOperations).noTags().bytes()
}

export function decodeDescribeCluster(answer: Buffer) {
  const reader = new ByteReader(answer)
  const throttleMs = reader.int32()
  const errorCode = reader.int16()
  const said = reader.compactNullableString()
  reader.compactString()
  reader.int32()
  reader.compactArray((r) => {
    r.int32()
    r.compactString()
    r.int32()
    r.compactNullableString()
    r.taggedFields()
  })
  return { throttleMs, errorCode, said, authorizedOperations: reader.int32() }
}

/** AclOperation codes, which are the bits of `authorized_operations`. */
const OPERATIONS = {
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  clusterAction: 9,
  describeConfigs: 10,
  alterConfigs: 11,
  idempotentWrite: 12,
} as const

export type Operation = keyof typeof OPERATIONS

/** What `operationsOf` gives where the broker does not say: no operation is known to be allowed, none to be denied. */
export const NOT_TOLD: ReadonlySet<Operation> = new Set()

/** The operations whose bits are set. A cluster without an authorizer sets all of them. */
export function operationsOf(bits: number): ReadonlySet<Operation> {
  const unknown = -2147483648
  if (bits === unknown) return NOT_TOLD
  const names = Object.keys(OPERATIONS) as Operation[]
  return new Set(names.filter((name) => (bits & (1 << OPERATIONS[name])) !== 0))
}
