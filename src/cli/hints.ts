import type { ErrorCode } from '../contract/errors.ts'

/** What to try next where an error knows nothing better: every error on the command line comes with a hint. */
const HINTS: Record<Exclude<ErrorCode, 'USAGE' | 'UNEXPECTED'>, string> = {
  WORKER_DIED: 'Run it again: what was written is checked first, and it goes on from there.',
  INTERRUPTED: 'Run it again: it goes on where it was.',

  CONFIG_UNREADABLE: 'Check the path, and that you may read what is there.',
  CONFIG_SYNTAX: 'Look at the line that is named: most often it is the indentation, a bracket or a missing quote.',
  CONFIG_UNKNOWN_KEY: 'Correct the spelling or remove the key; docs/configuration.md lists every one.',
  CONFIG_INVALID_VALUE: 'Correct the value; docs/configuration.md says what each key takes.',
  CONFIG_MISSING_KEY: 'Add the key; docs/configuration.md lists every one with its default.',
  CONFIG_UNSET_VARIABLE: 'Set the variable in the environment of this command.',
  CONFIG_CONFLICT: 'Keep one of the two, or change the one that is wrong.',
  NOTHING_MATCHED: 'Check the names and patterns, and that this account may see what they mean.',
  UNSUPPORTED: 'Leave it out; docs/configuration.md says what there is instead.',
  KEY_MISSING: 'List the keys with "coffer keys list", or give the path of a key file.',
  KEY_EXISTS: 'Choose another name: a key is never overwritten.',
  KEY_PASSPHRASE: 'Give the passphrase that the key was encrypted with.',
  CERTIFICATE_UNUSABLE: 'Ask whoever issued it for one that allows digital signatures and is valid today.',
  APPROVAL_NEEDED: 'Ask a second person: "coffer approvals request --help".',
  UPDATES_OFF: 'Switch it on: "coffer update on --help".',

  KAFKA_DNS: 'Check the name for typing errors, and whether this machine asks the right name server.',
  KAFKA_UNREACHABLE: 'Check that the broker is up and that the firewall lets this machine through; try "coffer check".',
  KAFKA_TLS: 'Check the port and the CA certificate; "coffer check" tries it step by step.',
  KAFKA_AUTHENTICATION: 'Check user, password and mechanism; "coffer check" tries it step by step.',
  KAFKA_NOT_AUTHORIZED: 'Ask for the right that is named; "coffer check" tries every one that is needed.',
  KAFKA_UNAVAILABLE: 'Wait some minutes and run it again.',
  KAFKA_PROTOCOL: 'Check that the address is that of a Kafka broker and not of something else.',
  KAFKA_REJECTED: "The sentence holds the cluster's own reason; whoever runs it knows what it asks for.",
  STORAGE_UNREACHABLE: 'Check the endpoint, the region and the network; "coffer check" tries it step by step.',
  STORAGE_NOT_ALLOWED: 'Check the credentials, and ask for the right that is named.',
  STORAGE_FULL: 'Make room and run it again: what was written stays good.',
  STORAGE_FAILED: 'Run it again; if it stays so, ask whoever looks after the storage.',
  KEYCHAIN_FAILED: 'Unlock the keychain, or keep keys in encrypted files with COFFER_KEY_STORE=file.',
  TIMESTAMP_FAILED: 'What was signed stays signed; add the timestamp later with "coffer evidence timestamp".',
  UPDATE_UNREACHABLE: 'Check the address and the network; nothing was changed here.',

  TOPIC_MISSING: 'Check the name, and whether it was deleted or this account may not see it.',
  TOPIC_RECREATED: 'Keep the archive of the old one, and start a backup with an id of its own for the new one.',
  BATCH_DAMAGED: 'Have whoever runs the cluster look at that place; nothing was left out silently.',
  RECORD_UNREPRESENTABLE: 'Choose a format that can hold it, such as NDJSON.',
  OFFSETS_LOST: 'What is lost is accounted for; back up more often, or keep records longer on the cluster.',
  ARCHIVE_MISSING: 'List what is there with "coffer list --path PLACE".',
  OBJECT_MISSING: 'Check everything with "coffer validate --deep", and look for the object in another copy.',
  OBJECT_EXISTS: 'Nothing was overwritten: choose another name or place.',
  OBJECT_CHANGED: 'Make sure that only one program writes there, and run it again.',
  MANIFEST_DAMAGED: 'Write nothing to it; get the manifest from another copy, or look under "manifests/".',
  MANIFEST_CHANGED: 'Another run has written to it: wait for its end and run it again.',
  SEGMENT_DAMAGED: 'Check everything with "coffer validate --deep", and look for the object in another copy.',
  SEGMENT_TOO_LARGE: 'Have it looked at before you rely on it: Coffer makes none of that size.',
  PATH_ESCAPES: 'Give a plain name; where it came out of a file, ask who made that file.',
  GROUP_SNAPSHOT_MISSING: 'Restore without groups, or from a backup with "consumer_group_snapshot: true".',
  ARCHIVE_DIFFERS: 'Check that the storage and the backup belong together before you go on.',
  KEY_UNREADABLE: 'Expected a private key that you may read: PKCS#8 (PEM or DER) or PKCS#12.',

  TARGET_NOT_EMPTY: 'Map to other names with "topic_mapping", or allow it in the configuration.',
  TARGET_DIFFERS: 'Find out what has written to the target since, and start over with empty topics.',
  GROUP_ACTIVE: 'Stop the programs that read with it, and run it again.',
  CHECK_FAILED: 'Look at the findings: they name what differs, and where.',
  KEY_REVOKED: 'Sign with another key; what this one signed before stays as it is.',
  APPROVAL_REFUSED: 'Ask for a new approval of exactly what is to be done now.',
  UPDATE_REFUSED: 'Nothing of it is used; ask the publisher, and whoever runs the address.',
  INDETERMINATE: 'That is neither good nor bad news: the sentence says what is missing to know.',
  LOCKED: 'Wait for its end, or stop it where it runs.',
  LOCK_LOST: 'This one stopped writing; see which of the two is meant to run.',
}

/**
 * @param verb what was to be run, where that is known
 * @param verbose whether the stack was shown with the error
 */
export function hintOf(code: ErrorCode, verb: string | null, verbose: boolean): string {
  if (code === 'USAGE') return `Run "coffer ${verb === null ? '' : `${verb} `}--help".`
  if (code === 'UNEXPECTED') {
    return verbose
      ? 'Please report it, with the lines above: nothing is called done that is not.'
      : 'Run it again with --verbose to see where this comes from.'
  }
  return HINTS[code]
}
