import { CofferError, type ErrorCode } from '../contract/errors.ts'

/** A CofferError of the wire, which also knows whether the same request may succeed later or on another broker. */
export class WireError extends CofferError {
  readonly retriable: boolean
  /** Kafka's own name of the error, where a broker gave one. */
  readonly brokerError: string | null

  constructor(
    code: ErrorCode,
    message: string,
    extras: {
      retriable?: boolean
      brokerError?: string
      hint?: string
      details?: Record<string, unknown>
      cause?: unknown
    } = {},
  ) {
    const { retriable, brokerError, ...rest } = extras
    super(code, message, rest)
    this.retriable = retriable ?? false
    this.brokerError = brokerError ?? null
  }
}

/** Whether trying again can help. */
export function isRetriable(error: unknown): error is WireError {
  return error instanceof WireError && error.retriable
}

type Row = readonly [name: string, code: ErrorCode, retriable: boolean]

/** Error codes of the protocol (kafka.apache.org/protocol, "Error Codes") that our requests can meet. */
const BROKER_ERRORS: ReadonlyMap<number, Row> = new Map<number, Row>([
  [-1, ['UNKNOWN_SERVER_ERROR', 'KAFKA_REJECTED', false]],
  [1, ['OFFSET_OUT_OF_RANGE', 'OFFSETS_LOST', false]],
  [2, ['CORRUPT_MESSAGE', 'KAFKA_REJECTED', true]],
  [3, ['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_MISSING', true]],
  [5, ['LEADER_NOT_AVAILABLE', 'KAFKA_UNAVAILABLE', true]],
  [6, ['NOT_LEADER_OR_FOLLOWER', 'KAFKA_UNAVAILABLE', true]],
  [7, ['REQUEST_TIMED_OUT', 'KAFKA_UNAVAILABLE', true]],
  [8, ['BROKER_NOT_AVAILABLE', 'KAFKA_UNAVAILABLE', true]],
  [9, ['REPLICA_NOT_AVAILABLE', 'KAFKA_UNAVAILABLE', true]],
  [10, ['MESSAGE_TOO_LARGE', 'KAFKA_REJECTED', false]],
  [12, ['OFFSET_METADATA_TOO_LARGE', 'KAFKA_REJECTED', false]],
  [13, ['NETWORK_EXCEPTION', 'KAFKA_UNAVAILABLE', true]],
  [14, ['COORDINATOR_LOAD_IN_PROGRESS', 'KAFKA_UNAVAILABLE', true]],
  [15, ['COORDINATOR_NOT_AVAILABLE', 'KAFKA_UNAVAILABLE', true]],
  [16, ['NOT_COORDINATOR', 'KAFKA_UNAVAILABLE', true]],
  [17, ['INVALID_TOPIC_EXCEPTION', 'KAFKA_REJECTED', false]],
  [18, ['RECORD_LIST_TOO_LARGE', 'KAFKA_REJECTED', false]],
  [19, ['NOT_ENOUGH_REPLICAS', 'KAFKA_UNAVAILABLE', true]],
  [20, ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'KAFKA_UNAVAILABLE', true]],
  [22, ['ILLEGAL_GENERATION', 'GROUP_ACTIVE', false]],
  [24, ['INVALID_GROUP_ID', 'KAFKA_REJECTED', false]],
  [25, ['UNKNOWN_MEMBER_ID', 'GROUP_ACTIVE', false]],
  [27, ['REBALANCE_IN_PROGRESS', 'GROUP_ACTIVE', false]],
  [28, ['INVALID_COMMIT_OFFSET_SIZE', 'KAFKA_REJECTED', false]],
  [29, ['TOPIC_AUTHORIZATION_FAILED', 'KAFKA_NOT_AUTHORIZED', false]],
  [30, ['GROUP_AUTHORIZATION_FAILED', 'KAFKA_NOT_AUTHORIZED', false]],
  [31, ['CLUSTER_AUTHORIZATION_FAILED', 'KAFKA_NOT_AUTHORIZED', false]],
  [32, ['INVALID_TIMESTAMP', 'KAFKA_REJECTED', false]],
  [33, ['UNSUPPORTED_SASL_MECHANISM', 'KAFKA_AUTHENTICATION', false]],
  [34, ['ILLEGAL_SASL_STATE', 'KAFKA_AUTHENTICATION', false]],
  [35, ['UNSUPPORTED_VERSION', 'UNSUPPORTED', false]],
  [36, ['TOPIC_ALREADY_EXISTS', 'KAFKA_REJECTED', false]],
  [37, ['INVALID_PARTITIONS', 'KAFKA_REJECTED', false]],
  [38, ['INVALID_REPLICATION_FACTOR', 'KAFKA_REJECTED', false]],
  [39, ['INVALID_REPLICA_ASSIGNMENT', 'KAFKA_REJECTED', false]],
  [40, ['INVALID_CONFIG', 'KAFKA_REJECTED', false]],
  [41, ['NOT_CONTROLLER', 'KAFKA_UNAVAILABLE', true]],
  [42, ['INVALID_REQUEST', 'KAFKA_REJECTED', false]],
  [43, ['UNSUPPORTED_FOR_MESSAGE_FORMAT', 'KAFKA_REJECTED', false]],
  [44, ['POLICY_VIOLATION', 'KAFKA_REJECTED', false]],
  [45, ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'KAFKA_REJECTED', false]],
  [46, ['DUPLICATE_SEQUENCE_NUMBER', 'KAFKA_REJECTED', false]],
  [47, ['INVALID_PRODUCER_EPOCH', 'KAFKA_REJECTED', false]],
  [53, ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'KAFKA_NOT_AUTHORIZED', false]],
  [55, ['OPERATION_NOT_ATTEMPTED', 'KAFKA_REJECTED', false]],
  [56, ['KAFKA_STORAGE_ERROR', 'KAFKA_UNAVAILABLE', true]],
  [58, ['SASL_AUTHENTICATION_FAILED', 'KAFKA_AUTHENTICATION', false]],
  [59, ['UNKNOWN_PRODUCER_ID', 'KAFKA_REJECTED', false]],
  [68, ['NON_EMPTY_GROUP', 'GROUP_ACTIVE', false]],
  [69, ['GROUP_ID_NOT_FOUND', 'KAFKA_REJECTED', false]],
  [70, ['FETCH_SESSION_ID_NOT_FOUND', 'KAFKA_UNAVAILABLE', true]],
  [71, ['INVALID_FETCH_SESSION_EPOCH', 'KAFKA_UNAVAILABLE', true]],
  [72, ['LISTENER_NOT_FOUND', 'KAFKA_UNAVAILABLE', true]],
  [74, ['FENCED_LEADER_EPOCH', 'KAFKA_UNAVAILABLE', true]],
  [75, ['UNKNOWN_LEADER_EPOCH', 'KAFKA_UNAVAILABLE', true]],
  [76, ['UNSUPPORTED_COMPRESSION_TYPE', 'KAFKA_REJECTED', false]],
  [78, ['OFFSET_NOT_AVAILABLE', 'KAFKA_UNAVAILABLE', true]],
  [87, ['INVALID_RECORD', 'KAFKA_REJECTED', false]],
  [88, ['UNSTABLE_OFFSET_COMMIT', 'KAFKA_UNAVAILABLE', true]],
  // what a broker says of an id that it does not know yet, or not any more
  [100, ['UNKNOWN_TOPIC_ID', 'TOPIC_MISSING', true]],
  [103, ['INCONSISTENT_TOPIC_ID', 'TOPIC_MISSING', true]],
  [89, ['THROTTLING_QUOTA_EXCEEDED', 'KAFKA_UNAVAILABLE', true]],
])

/** Kafka's name of an error code, or `error 123`. */
export function brokerErrorName(code: number): string {
  return BROKER_ERRORS.get(code)?.[0] ?? `error ${code}`
}

/**
 * The error that a broker's error code stands for.
 * @param code as in the answer, not 0
 * @param what what was asked, for the message: `reading topic "a" partition 3`
 * @param details topic, partition, offset, group …
 * @param said the broker's own words, where it gave some
 */
export function brokerError(
  code: number,
  what: string,
  details: Record<string, unknown> = {},
  said?: string | null,
): WireError {
  const [name, coffer, retriable] = BROKER_ERRORS.get(code) ?? [`error ${code}`, 'KAFKA_REJECTED' as const, false]
  const words = said ? `: ${JSON.stringify(said)}` : ''
  const hint = HINTS[name]
  return new WireError(coffer, `${what} failed: the broker answered "${name}"${words}`, {
    retriable,
    brokerError: name,
    details: { ...details, brokerError: name },
    ...(hint === undefined ? {} : { hint }),
  })
}

const HINTS: Readonly<Record<string, string>> = {
  TOPIC_AUTHORIZATION_FAILED: 'Ask for an ACL that allows this user the operation on the topic.',
  GROUP_AUTHORIZATION_FAILED: 'Ask for an ACL that allows this user the operation on the consumer group.',
  CLUSTER_AUTHORIZATION_FAILED: 'Ask for an ACL that allows this user the operation on the cluster.',
  MESSAGE_TOO_LARGE: "Raise the topic's max.message.bytes.",
  RECORD_LIST_TOO_LARGE: "Raise the topic's segment.bytes.",
  INVALID_TIMESTAMP:
    "Raise the topic's message.timestamp.before.max.ms and message.timestamp.after.max.ms, or set message.timestamp.type to LogAppendTime.",
  ILLEGAL_SASL_STATE: 'The listener does not ask for SASL: check the port and security_protocol.',
  UNKNOWN_MEMBER_ID: 'Stop the consumers of this group first.',
  ILLEGAL_GENERATION: 'Stop the consumers of this group first.',
  REBALANCE_IN_PROGRESS: 'Stop the consumers of this group first.',
  NON_EMPTY_GROUP: 'Stop the consumers of this group first.',
}

/** A topic of that name is there, and it is not the one that was read before. */
export function topicRecreated(topic: string, before: string, now: string | null): CofferError {
  return new CofferError('TOPIC_RECREATED', `topic "${topic}" was deleted and made again since it was archived`, {
    hint: 'Its offsets began anew and would mix two topics. Start a new backup under another backup_id.',
    details: { topic, archived_topic_id: before, topic_id: now },
  })
}
