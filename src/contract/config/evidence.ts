import { z } from 'zod'
import type { SigningConfig } from '../evidence/signing.ts'
import { bool, choice, int, list, secret, text } from './fields.ts'
import type { Problem } from './problems.ts'
import type { KeyPath } from './yaml.ts'

/**
 * The `evidence` section, the same in files for a validation, an extraction, a backup (signed manifests) and a monthly
 * report: what reports are made, what signs them, where they lie. Keys of OSO Kafka Backup, and Coffer's own.
 */

const MOST_DAYS = 36_500

const path = text(4_096)

const signing = z.strictObject({
  enabled: bool().default(false),
  private_key_path: path.optional(),
  public_key_path: path.optional(),
  certificate_path: path.optional(),
  crl_path: path.optional(),
  key: text(100).optional(),
  passphrase: secret().optional(),
  timestamp_url: text(2_000)
    .regex(/^https?:\/\/[^\s/@]+(\/\S*)?$/, 'expected an address that begins with https:// or http://')
    .optional(),
  timestamp_ca_path: path.optional(),
  signer_name: text(200).optional(),
  signer_role: text(200).optional(),
  meaning: text(500).optional(),
})

const storage = z.strictObject({
  prefix: text(512).default('evidence-reports/'),
  retention_days: int(1, MOST_DAYS).default(2_555),
})

export const evidenceSection = z.strictObject({
  formats: list(choice(['json', 'pdf']), 10).default(['json']),
  page: choice(['A4', 'Letter']).default('A4'),
  signing: signing.prefault({}),
  storage: storage.prefault({}),
})

export const EVIDENCE_SECTIONS = {
  evidence: evidenceSection,
  'evidence.signing': signing,
  'evidence.storage': storage,
} as const satisfies Record<string, z.ZodObject>

/** `evidence` as the jobs get it. */
export interface EvidenceConfig {
  /** `json` is always among them: it is what the detached signature is over. */
  formats: ('json' | 'pdf')[]
  page: 'A4' | 'Letter'
  signing: SigningConfig
  /** Where reports lie in the storage; ends with `/`. */
  prefix: string
  /** For how long they are to be kept; said in the report, and compared with the storage's own lock. */
  retention_days: number
}

/**
 * The section, checked for what a schema can't say.
 * @param section undefined where the file has none: JSON alone, unsigned, under `evidence-reports/`
 */
export function evidenceOf(
  section: z.output<typeof evidenceSection> | undefined,
  problems: Problem[],
  notes: string[],
): EvidenceConfig {
  const given = section ?? evidenceSection.parse({})
  const formats = [...new Set(given.formats)]
  if (!formats.includes('json')) {
    if (section !== undefined) notes.push('"evidence.formats": json is written too, since it is what is signed')
    formats.unshift('json')
  }
  const { signing: asked } = given
  const at = (key: string): KeyPath => ['evidence', 'signing', key]
  const sources = (['private_key_path', 'key'] as const).filter((key) => asked[key] !== undefined)
  if (asked.enabled && sources.length === 0) {
    problems.push({
      code: 'CONFIG_MISSING_KEY',
      path: at('enabled'),
      message:
        'missing "evidence.signing.private_key_path" or "evidence.signing.key": signing is asked for without a key',
      hint: 'Name a PKCS#8 or PKCS#12 file, or a key of "coffer keys list"; or set "enabled: false" for unsigned reports.',
    })
  }
  if (sources.length === 2) {
    problems.push({
      code: 'CONFIG_CONFLICT',
      path: at('key'),
      message: '"evidence.signing.key" and "evidence.signing.private_key_path" both say what to sign with',
      hint: 'Keep one of them.',
    })
  }
  if (!asked.enabled && sources.length > 0) {
    notes.push('"evidence.signing" has a key but "enabled" is not true: reports are not signed')
  }
  if (asked.timestamp_ca_path !== undefined && asked.timestamp_url === undefined) {
    problems.push({
      code: 'CONFIG_CONFLICT',
      path: at('timestamp_ca_path'),
      message: '"evidence.signing.timestamp_ca_path" is set, but there is no "evidence.signing.timestamp_url"',
    })
  }
  return {
    formats,
    page: given.page,
    signing: {
      enabled: asked.enabled,
      private_key_path: asked.private_key_path ?? null,
      public_key_path: asked.public_key_path ?? null,
      certificate_path: asked.certificate_path ?? null,
      crl_path: asked.crl_path ?? null,
      key: asked.key ?? null,
      passphrase: asked.passphrase ?? null,
      timestamp_url: asked.timestamp_url ?? null,
      timestamp_ca_path: asked.timestamp_ca_path ?? null,
      signer_name: asked.signer_name ?? null,
      signer_role: asked.signer_role ?? null,
      meaning: asked.meaning ?? null,
    },
    prefix: prefixOf(given.storage.prefix, problems),
    retention_days: given.storage.retention_days,
  }
}

/** Folder names, each with a `/` after it. Without the last `/` OSO's program would glue the report's name to it. */
function prefixOf(prefix: string, problems: Problem[]): string {
  const parts = prefix.replace(/\/+$/, '').split('/')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  const bad = parts.some((part) => part === '' || part === '.' || part === '..' || /[\u0000-\u001f\u007f\\]/.test(part))
  if (bad) {
    problems.push({
      code: 'CONFIG_INVALID_VALUE',
      path: ['evidence', 'storage', 'prefix'],
      message: `"evidence.storage.prefix": expected folder names such as "evidence-reports/", got ${JSON.stringify(prefix.slice(0, 80))}`,
    })
  }
  return `${parts.join('/')}/`
}
